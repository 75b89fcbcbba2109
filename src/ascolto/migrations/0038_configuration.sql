-- The ledger of configuration: every change of what an organisation works by, in the transaction
-- that makes it, whoever makes it and by whatever way; and what is to be published later.

CREATE SCHEMA configuration;
GRANT USAGE ON SCHEMA configuration TO ascolto_app;

-- One transaction that changed something. Numbers rise in the order of commits.
CREATE TABLE configuration.version (
  tenant_id      uuid NOT NULL REFERENCES tenancy.tenant (id),
  id             int NOT NULL,
  at             timestamptz NOT NULL,
  actor          jsonb NOT NULL,
  why            text NOT NULL DEFAULT '' CHECK (length(why) <= 500),
  publication_id uuid,
  restores       int,
  PRIMARY KEY (tenant_id, id)
);
SELECT kit.protect('configuration.version', append_only => true);

-- One thing in it: how it was and how it is; null where it was not, or is no longer, in use.
CREATE TABLE configuration.change (
  tenant_id  uuid NOT NULL,
  version    int NOT NULL,
  kind       text NOT NULL,
  thing      text NOT NULL,
  client_id  uuid,
  name       text NOT NULL,
  before     jsonb,
  after      jsonb,
  PRIMARY KEY (tenant_id, version, kind, thing),
  FOREIGN KEY (tenant_id, version) REFERENCES configuration.version (tenant_id, id)
);
CREATE INDEX change_of_thing ON configuration.change (tenant_id, kind, thing, version DESC);
SELECT kit.protect('configuration.change', append_only => true);

-- Only the triggers below write the ledger.
REVOKE INSERT ON configuration.version, configuration.change FROM ascolto_app;

-- Requests that wait for their moment, and the ground they were asked on.
CREATE TABLE configuration.publication (
  tenant_id  uuid NOT NULL REFERENCES tenancy.tenant (id),
  id         uuid NOT NULL,
  due_at     timestamptz NOT NULL,
  why        text NOT NULL CHECK (length(why) BETWEEN 1 AND 500),
  requests   jsonb NOT NULL,
  -- {"queue:<id>": 12}: the last version of each thing that is to be changed, when it was asked.
  ground     jsonb NOT NULL,
  by_account uuid NOT NULL,
  by_name    text NOT NULL,
  created_at timestamptz NOT NULL,
  state      text NOT NULL DEFAULT 'scheduled'
    CHECK (state IN ('scheduled', 'published', 'refused', 'withdrawn')),
  decided_at timestamptz,
  refusal    jsonb,
  PRIMARY KEY (tenant_id, id),
  CHECK ((state = 'scheduled') = (decided_at IS NULL)),
  CHECK ((state = 'refused') = (refusal IS NOT NULL))
);
CREATE INDEX publication_due ON configuration.publication (due_at) WHERE state = 'scheduled';
SELECT kit.protect('configuration.publication');

CREATE FUNCTION configuration.tenants_due(moment timestamptz) RETURNS TABLE (tenant_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT p.tenant_id FROM configuration.publication p
   WHERE p.state = 'scheduled' AND p.due_at <= moment
$$;
REVOKE ALL ON FUNCTION configuration.tenants_due(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION configuration.tenants_due(timestamptz) TO ascolto_app;

-- How a thing is now, whole: null when it is not in use. Runs as the owner, before whom no wall
-- stands: somebody of one client changes a person who works for two.
CREATE FUNCTION configuration.image(wanted_tenant uuid, kind text, thing text) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  found jsonb;
  plain text[] := '{tenant_id,id,v,created_at,updated_at,archived_at,sort_name}';
BEGIN
  CASE kind
  WHEN 'client' THEN
    SELECT to_jsonb(x) INTO found FROM tenancy.client x
     WHERE x.tenant_id = wanted_tenant AND x.id = thing::uuid AND x.archived_at IS NULL;
  WHEN 'calendar' THEN
    SELECT to_jsonb(x) INTO found FROM tenancy.calendar x
     WHERE x.tenant_id = wanted_tenant AND x.id = thing::uuid;
  WHEN 'queue' THEN
    SELECT to_jsonb(x) INTO found FROM routing.queue x
     WHERE x.tenant_id = wanted_tenant AND x.id = thing::uuid AND x.archived_at IS NULL;
  WHEN 'channel' THEN
    SELECT to_jsonb(x) INTO found FROM channels.channel x
     WHERE x.tenant_id = wanted_tenant AND x.id = thing::uuid AND x.archived_at IS NULL;
  WHEN 'skill' THEN
    SELECT to_jsonb(x) INTO found FROM people.skill x
     WHERE x.tenant_id = wanted_tenant AND x.id = thing::uuid AND x.archived_at IS NULL;
  WHEN 'team' THEN
    SELECT to_jsonb(x) INTO found FROM people.team x
     WHERE x.tenant_id = wanted_tenant AND x.id = thing::uuid AND x.archived_at IS NULL;
  WHEN 'canned' THEN
    SELECT to_jsonb(x) INTO found FROM conversations.canned x
     WHERE x.tenant_id = wanted_tenant AND x.id = thing::uuid AND x.archived_at IS NULL;
  WHEN 'reason' THEN
    SELECT to_jsonb(x) INTO found FROM conversations.reason x
     WHERE x.tenant_id = wanted_tenant AND x.id = thing::uuid AND x.archived_at IS NULL;
  WHEN 'operator' THEN
    SELECT to_jsonb(x) || jsonb_build_object(
             'skills', COALESCE((
               SELECT jsonb_object_agg(k.code, jsonb_build_array(s.level, s.expires_at))
                 FROM people.operator_skill s
                 JOIN people.skill k ON k.tenant_id = s.tenant_id AND k.id = s.skill_id
                WHERE s.tenant_id = x.tenant_id AND s.operator_id = x.id), '{}'),
             'clients', COALESCE((
               SELECT jsonb_agg(c.client_id ORDER BY c.client_id) FROM people.operator_client c
                WHERE c.tenant_id = x.tenant_id AND c.operator_id = x.id
                  AND c.valid_to IS NULL), '[]'))
      INTO found FROM people.operator x
     WHERE x.tenant_id = wanted_tenant AND x.id = thing::uuid AND x.archived_at IS NULL;
  WHEN 'setting' THEN
    SELECT jsonb_build_object('key', x.key, 'client_id', x.client_id, 'value', x.value)
      INTO found FROM tenancy.setting x
     WHERE x.tenant_id = wanted_tenant AND x.key = split_part(thing, '@', 1)
       AND x.client_id IS NOT DISTINCT FROM NULLIF(split_part(thing, '@', 2), '')::uuid
     ORDER BY x.set_at DESC, x.id DESC LIMIT 1;
  END CASE;
  RETURN found - plain;
END $$;
REVOKE ALL ON FUNCTION configuration.image(uuid, text, text) FROM PUBLIC;

-- Runs once more at the end of the transaction for each row touched; the first time for a thing
-- writes what became of it, and later ones find it written.
CREATE FUNCTION configuration.keep() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
<<kept>>
DECLARE
  touched jsonb := CASE TG_OP WHEN 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
  organisation uuid := touched ->> 'tenant_id';
  kind text := TG_ARGV[0];
  thing text := CASE kind WHEN 'setting'
    THEN (touched ->> 'key') || '@' || COALESCE(touched ->> 'client_id', '')
    ELSE touched ->> TG_ARGV[1] END;
  number int := NULLIF(current_setting('ascolto.version', true), '')::int;
  before jsonb;
  after jsonb;
  shown jsonb;
BEGIN
  IF number IS NOT NULL AND EXISTS (
    SELECT 1 FROM configuration.change c WHERE c.tenant_id = organisation
       AND c.version = number AND c.kind = kept.kind AND c.thing = kept.thing
  ) THEN
    RETURN NULL;
  END IF;
  -- One commit after the other: what another changes in the same thing is seen, not lost.
  PERFORM pg_advisory_xact_lock(7241038, hashtext(organisation::text));
  after := configuration.image(organisation, kind, thing);
  SELECT c.after INTO before FROM configuration.change c
   WHERE c.tenant_id = organisation AND c.kind = kept.kind AND c.thing = kept.thing
   ORDER BY c.version DESC LIMIT 1;
  IF before IS NOT DISTINCT FROM after THEN
    RETURN NULL;
  END IF;
  IF number IS NULL THEN
    INSERT INTO configuration.version AS v (tenant_id, id, at, actor, why, publication_id, restores)
    SELECT organisation, COALESCE(max(x.id), 0) + 1,
           COALESCE(NULLIF(current_setting('ascolto.now', true), '')::timestamptz, now()),
           COALESCE(NULLIF(current_setting('ascolto.actor', true), '')::jsonb,
                    '{"kind": "system", "id": "ascolto", "name": ""}'),
           left(COALESCE(current_setting('ascolto.why', true), ''), 500),
           NULLIF(current_setting('ascolto.publication', true), '')::uuid,
           NULLIF(current_setting('ascolto.restores', true), '')::int
      FROM configuration.version x WHERE x.tenant_id = organisation
    RETURNING v.id INTO number;
    PERFORM set_config('ascolto.version', number::text, true);
  END IF;
  shown := COALESCE(after, before);
  INSERT INTO configuration.change (tenant_id, version, kind, thing, client_id, name, before, after)
  VALUES (organisation, number, kind, thing,
          CASE kind WHEN 'client' THEN thing::uuid ELSE (shown ->> 'client_id')::uuid END,
          COALESCE(shown ->> 'display_name', shown ->> 'title', shown ->> 'name', shown ->> 'key'),
          before, after);
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION configuration.keep() FROM PUBLIC;

-- What is there already is where the ledger begins.
INSERT INTO configuration.version (tenant_id, id, at, actor, why)
SELECT t.id, 1, now(), '{"kind": "system", "id": "ascolto", "name": ""}', '' FROM tenancy.tenant t;

INSERT INTO configuration.change (tenant_id, version, kind, thing, client_id, name, after)
SELECT x.tenant_id, 1, x.kind, x.thing,
       CASE x.kind WHEN 'client' THEN x.thing::uuid ELSE (x.image ->> 'client_id')::uuid END,
       COALESCE(x.image ->> 'display_name', x.image ->> 'title', x.image ->> 'name',
                x.image ->> 'key'),
       x.image
  FROM (
    SELECT k.tenant_id, k.kind, k.thing, configuration.image(k.tenant_id, k.kind, k.thing) AS image
      FROM (
        SELECT tenant_id, 'client' AS kind, id::text AS thing FROM tenancy.client
        UNION ALL SELECT tenant_id, 'calendar', id::text FROM tenancy.calendar
        UNION ALL SELECT tenant_id, 'queue', id::text FROM routing.queue
        UNION ALL SELECT tenant_id, 'channel', id::text FROM channels.channel
        UNION ALL SELECT tenant_id, 'skill', id::text FROM people.skill
        UNION ALL SELECT tenant_id, 'team', id::text FROM people.team
        UNION ALL SELECT tenant_id, 'operator', id::text FROM people.operator
        UNION ALL SELECT tenant_id, 'canned', id::text FROM conversations.canned
        UNION ALL SELECT tenant_id, 'reason', id::text FROM conversations.reason
        UNION ALL SELECT DISTINCT tenant_id, 'setting', key || '@' || COALESCE(client_id::text, '')
          FROM tenancy.setting
      ) k
  ) x
 WHERE x.image IS NOT NULL;

DO $$
DECLARE
  kept record;
BEGIN
  FOR kept IN
    SELECT * FROM (VALUES
      ('tenancy.client', 'client', 'id'), ('tenancy.calendar', 'calendar', 'id'),
      ('tenancy.setting', 'setting', 'id'), ('routing.queue', 'queue', 'id'),
      ('channels.channel', 'channel', 'id'), ('people.skill', 'skill', 'id'),
      ('people.team', 'team', 'id'), ('people.operator', 'operator', 'id'),
      ('people.operator_skill', 'operator', 'operator_id'),
      ('people.operator_client', 'operator', 'operator_id'),
      ('conversations.canned', 'canned', 'id'), ('conversations.reason', 'reason', 'id')
    ) AS t(target, kind, key)
  LOOP
    EXECUTE format(
      'CREATE CONSTRAINT TRIGGER configuration_kept AFTER INSERT OR UPDATE OR DELETE ON %s
         DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION configuration.keep(%L, %L)',
      kept.target, kept.kind, kept.key);
  END LOOP;
END $$;
