-- Organisations: the tenant, its clients (committenti), opening calendars, dated settings.

CREATE SCHEMA tenancy;
GRANT USAGE ON SCHEMA tenancy TO ascolto_app;

-- The tenant's own row: the wall stands on its id.
CREATE TABLE tenancy.tenant (
  id         uuid PRIMARY KEY,
  slug       text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  locale     text NOT NULL DEFAULT 'it' CHECK (locale IN ('it', 'en')),
  timezone   text NOT NULL DEFAULT 'Europe/Rome',
  created_at timestamptz NOT NULL
);
ALTER TABLE tenancy.tenant ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy.tenant FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tenancy.tenant FOR ALL TO ascolto_app
  USING (id = (SELECT current_setting('ascolto.tenant')::uuid))
  WITH CHECK (id = (SELECT current_setting('ascolto.tenant')::uuid));
CREATE POLICY owner ON tenancy.tenant FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON tenancy.tenant TO ascolto_app;

-- Before a login and between tenants nobody has a tenant yet: these two answer as the owner.
CREATE FUNCTION tenancy.tenant_by_slug(wanted text)
RETURNS TABLE (id uuid, slug text, name text, locale text, timezone text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT t.id, t.slug, t.name, t.locale, t.timezone FROM tenancy.tenant t WHERE t.slug = wanted
$$;
CREATE FUNCTION tenancy.list_tenant_ids() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT t.id FROM tenancy.tenant t ORDER BY t.id
$$;
REVOKE ALL ON FUNCTION tenancy.tenant_by_slug(text), tenancy.list_tenant_ids() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenancy.tenant_by_slug(text), tenancy.list_tenant_ids() TO ascolto_app;

CREATE TABLE tenancy.client (
  tenant_id           uuid NOT NULL REFERENCES tenancy.tenant (id),
  id                  uuid NOT NULL,
  name                text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  legal_name          text NOT NULL DEFAULT '',
  sector              text NOT NULL DEFAULT 'other',
  color               text NOT NULL CHECK (color ~ '^#[0-9a-f]{6}$'),
  contact             jsonb NOT NULL DEFAULT '{}',
  default_calendar_id uuid,
  v                   int NOT NULL DEFAULT 1,
  created_at          timestamptz NOT NULL,
  archived_at         timestamptz,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX client_name ON tenancy.client (tenant_id, lower(name))
  WHERE archived_at IS NULL;
SELECT kit.protect('tenancy.client');
-- A client's own row carries no client_id: the second wall stands on its id.
CREATE POLICY client ON tenancy.client AS RESTRICTIVE FOR ALL TO ascolto_app
  USING ((SELECT current_setting('ascolto.clients')) = '*'
    OR id = ANY((SELECT NULLIF(current_setting('ascolto.clients'), '*'))::uuid[]));

CREATE TABLE tenancy.calendar (
  tenant_id  uuid NOT NULL,
  id         uuid NOT NULL,
  client_id  uuid,
  name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  hours      jsonb NOT NULL,
  v          int NOT NULL DEFAULT 1,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, client_id) REFERENCES tenancy.client (tenant_id, id)
);
SELECT kit.protect('tenancy.calendar');

ALTER TABLE tenancy.client ADD FOREIGN KEY (tenant_id, default_calendar_id)
  REFERENCES tenancy.calendar (tenant_id, id);

-- A value holds from a moment on; the past keeps the value it had.
CREATE TABLE tenancy.setting (
  tenant_id  uuid NOT NULL REFERENCES tenancy.tenant (id),
  id         uuid NOT NULL,
  client_id  uuid,
  key        text NOT NULL,
  valid_from timestamptz NOT NULL,
  value      jsonb NOT NULL,
  set_by     jsonb NOT NULL,
  set_at     timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, client_id) REFERENCES tenancy.client (tenant_id, id)
);
CREATE UNIQUE INDEX setting_in_force ON tenancy.setting
  (tenant_id, key, client_id, valid_from) NULLS NOT DISTINCT;
SELECT kit.protect('tenancy.setting');
