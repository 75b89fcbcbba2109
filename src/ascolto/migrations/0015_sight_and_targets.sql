-- What an account sees follows what it is for: a client's own people see their client, somebody
-- who only answers customers sees the clients they work for. And what a queue promised is dated.

-- A client's own people who were given no client saw every one: now they see none until told.
UPDATE identity.account SET client_scope = '{}'
 WHERE 'client' = ANY(roles) AND client_scope IS NULL;
ALTER TABLE identity.account ADD CONSTRAINT account_of_client_has_scope
  CHECK (NOT 'client' = ANY(roles) OR client_scope IS NOT NULL);

-- For whom the account's operator works, as the room of people keeps it. The door asks for it at
-- every request, so it stands beside the scope.
ALTER TABLE identity.account ADD COLUMN operator_clients uuid[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN identity.account.operator_clients IS
  'the clients the linked operator works for: all that an account of an operator alone may see';
UPDATE identity.account a SET operator_clients = ARRAY(
  SELECT c.client_id FROM people.operator_client c
   WHERE c.tenant_id = a.tenant_id AND c.operator_id = a.operator_id AND c.valid_to IS NULL
   ORDER BY c.client_id)
 WHERE a.operator_id IS NOT NULL;

-- All clients of an operator, also those that whoever changes them may not see.
CREATE FUNCTION people.all_clients_of(wanted uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(c.client_id ORDER BY c.client_id), '{}')
    FROM people.operator_client c
   WHERE c.tenant_id = current_setting('ascolto.tenant')::uuid
     AND c.operator_id = wanted AND c.valid_to IS NULL
$$;
REVOKE ALL ON FUNCTION people.all_clients_of(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION people.all_clients_of(uuid) TO ascolto_app;

-- What a queue promised and from when on: a new promise does not judge last month.
CREATE TABLE routing.queue_target (
  tenant_id    uuid NOT NULL,
  queue_id     uuid NOT NULL,
  client_id    uuid NOT NULL,
  valid_from   timestamptz NOT NULL,
  target_s     double precision NOT NULL,
  target_share double precision NOT NULL,
  PRIMARY KEY (tenant_id, queue_id, valid_from)
);
SELECT kit.protect('routing.queue_target');

-- What the log tells of promises so far: a change that names none kept the one before it, and a
-- queue made without one had the default.
WITH told AS MATERIALIZED (
  SELECT e.tenant_id, q.id AS queue_id, q.client_id, e.at, e.id,
         (e.body->'changed'->>'target_s')::float8 AS target_s,
         (e.body->'changed'->>'target_share')::float8 AS target_share
    FROM kit.event e
    JOIN routing.queue q ON q.tenant_id = e.tenant_id AND q.id = (e.body->>'queue_id')::uuid
   WHERE e.kind = 'routing.queue_changed'
)
INSERT INTO routing.queue_target (tenant_id, queue_id, client_id, valid_from, target_s, target_share)
SELECT DISTINCT ON (t.tenant_id, t.queue_id, t.at)
       t.tenant_id, t.queue_id, t.client_id, t.at,
       coalesce((SELECT b.target_s FROM told b
                  WHERE b.tenant_id = t.tenant_id AND b.queue_id = t.queue_id AND b.id <= t.id
                    AND b.target_s IS NOT NULL ORDER BY b.id DESC LIMIT 1), 60),
       coalesce((SELECT b.target_share FROM told b
                  WHERE b.tenant_id = t.tenant_id AND b.queue_id = t.queue_id AND b.id <= t.id
                    AND b.target_share IS NOT NULL ORDER BY b.id DESC LIMIT 1), 0.8)
  FROM told t
 ORDER BY t.tenant_id, t.queue_id, t.at, t.id DESC;
