-- A setting that is put back: from when on, with what was planned, and to no value of its own.

-- From this moment on a client has the organisation's value again, the organisation the default;
-- what held before stays written.
ALTER TABLE tenancy.setting
  ADD COLUMN inherits boolean NOT NULL DEFAULT false,
  ALTER COLUMN value DROP NOT NULL,
  ADD CHECK (inherits = (value IS NULL));

-- A setting's own value that holds, since when, and what is planned; null when there is neither.
-- Moments in UTC whatever the session's zone: images are compared as text.
CREATE FUNCTION configuration.setting_image(
  wanted_tenant uuid, wanted_key text, wanted_client uuid
) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
  WITH own AS (
    SELECT x.valid_from, x.value, x.inherits, x.set_at FROM tenancy.setting x
     WHERE x.tenant_id = wanted_tenant AND x.key = wanted_key
       AND x.client_id IS NOT DISTINCT FROM wanted_client
  ), present AS (
    SELECT GREATEST(max(o.set_at),
                    NULLIF(current_setting('ascolto.now', true), '')::timestamptz) AS moment
      FROM own o
  ), held AS (
    SELECT o.* FROM own o, present p WHERE o.valid_from <= p.moment
     ORDER BY o.valid_from DESC LIMIT 1
  ), coming AS (
    SELECT jsonb_agg(jsonb_build_object('valid_from', o.valid_from, 'value', o.value)
                     ORDER BY o.valid_from) AS planned
      FROM own o, present p WHERE o.valid_from > p.moment
  ), told AS (
    SELECT (SELECT jsonb_build_object('value', h.value, 'valid_from', h.valid_from)
              FROM held h WHERE NOT h.inherits) AS holds,
           (SELECT jsonb_build_object('planned', c.planned)
              FROM coming c WHERE c.planned IS NOT NULL) AS comes
  )
  SELECT jsonb_build_object('key', wanted_key, 'client_id', wanted_client)
         || COALESCE(t.holds, '{}') || COALESCE(t.comes, '{}')
    FROM told t WHERE t.holds IS NOT NULL OR t.comes IS NOT NULL
$$;
REVOKE ALL ON FUNCTION configuration.setting_image(uuid, text, uuid) FROM PUBLIC;

-- As before, with settings by the function above.
CREATE OR REPLACE FUNCTION configuration.image(wanted_tenant uuid, kind text, thing text) RETURNS jsonb
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
    found := configuration.setting_image(
      wanted_tenant, split_part(thing, '@', 1), NULLIF(split_part(thing, '@', 2), '')::uuid);
  END CASE;
  RETURN found - plain;
END $$;

-- The last image of each setting in its new shape, for what comes after it to be compared with.
UPDATE configuration.change c
   SET after = configuration.image(c.tenant_id, c.kind, c.thing)
 WHERE c.kind = 'setting' AND NOT EXISTS (
   SELECT 1 FROM configuration.change l
    WHERE l.tenant_id = c.tenant_id AND l.kind = c.kind AND l.thing = c.thing
      AND l.version > c.version);
