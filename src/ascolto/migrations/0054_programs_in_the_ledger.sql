-- Tokens and webhooks in the ledger of configuration: what they may and where they lead, never
-- what opens a door. They are shown and never put back: a token that was revoked stays revoked.

ALTER FUNCTION configuration.image(uuid, text, text) RENAME TO image_of_rooms;

-- What somebody hides in the query of a webhook's address is a secret too.
CREATE FUNCTION configuration.plain_address(url text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT regexp_replace(url, '\?.*$', '?…')
$$;

CREATE FUNCTION configuration.image_of_programs(
  wanted_tenant uuid, kind text, thing text
) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
  SELECT jsonb_build_object('name', x.name, 'scopes', to_jsonb(x.scopes),
                            'clients', to_jsonb(x.client_scope), 'expires_at', x.expires_at,
                            'account', a.name)
    FROM identity.api_token x
    LEFT JOIN identity.account a ON a.tenant_id = x.tenant_id AND a.id = x.account_id
   WHERE kind = 'token' AND x.tenant_id = wanted_tenant AND x.id = thing::uuid
     AND x.revoked_at IS NULL
  UNION ALL
  SELECT jsonb_build_object('name', x.name, 'client_id', x.client_id,
                            'url', configuration.plain_address(x.url),
                            'kinds', to_jsonb(x.kinds), 'active', x.active)
    FROM channels.webhook x
   WHERE kind = 'webhook' AND x.tenant_id = wanted_tenant AND x.id = thing::uuid
$$;

CREATE FUNCTION configuration.image(wanted_tenant uuid, kind text, thing text) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN kind IN ('token', 'webhook')
    THEN configuration.image_of_programs(wanted_tenant, kind, thing)
    ELSE configuration.image_of_rooms(wanted_tenant, kind, thing) END
$$;
REVOKE ALL ON FUNCTION configuration.plain_address(text),
  configuration.image_of_programs(uuid, text, text),
  configuration.image(uuid, text, text) FROM PUBLIC;

-- Only what is in the image: a token is marked at its use and a webhook at each failure, and none
-- of these commits is to wait for another.
CREATE CONSTRAINT TRIGGER configuration_kept
  AFTER INSERT OR DELETE OR UPDATE OF name, scopes, client_scope, expires_at, revoked_at
  ON identity.api_token
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION configuration.keep('token', 'id');
CREATE CONSTRAINT TRIGGER configuration_kept
  AFTER INSERT OR DELETE OR UPDATE OF name, client_id, url, kinds, active
  ON channels.webhook
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION configuration.keep('webhook', 'id');

-- What is there already is where the ledger begins: with a version of its own, of all of them.
WITH programs AS (
  SELECT t.tenant_id, t.kind, t.thing,
         configuration.image_of_programs(t.tenant_id, t.kind, t.thing) AS image
    FROM (SELECT tenant_id, 'token' AS kind, id::text AS thing FROM identity.api_token
          UNION ALL SELECT tenant_id, 'webhook', id::text FROM channels.webhook) t
), there AS (
  SELECT * FROM programs WHERE image IS NOT NULL
), begun AS (
  INSERT INTO configuration.version (tenant_id, id, at, actor, why)
  SELECT t.tenant_id,
         1 + COALESCE((SELECT max(v.id) FROM configuration.version v
                        WHERE v.tenant_id = t.tenant_id), 0),
         now(), '{"kind": "system", "id": "ascolto", "name": ""}', ''
    FROM (SELECT DISTINCT tenant_id FROM there) t
  RETURNING tenant_id, id
)
INSERT INTO configuration.change (tenant_id, version, kind, thing, client_id, name, after)
SELECT t.tenant_id, b.id, t.kind, t.thing, (t.image ->> 'client_id')::uuid, t.image ->> 'name',
       t.image
  FROM there t JOIN begun b ON b.tenant_id = t.tenant_id;
