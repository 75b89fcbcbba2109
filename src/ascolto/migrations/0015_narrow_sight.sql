-- What an account sees follows what it is for: a client's own people see their client, somebody
-- who only answers customers sees the clients they work for.

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
