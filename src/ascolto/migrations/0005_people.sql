-- Operators, their teams, skills and clients.

CREATE SCHEMA people;
GRANT USAGE ON SCHEMA people TO ascolto_app;

CREATE TABLE people.team (
  tenant_id   uuid NOT NULL REFERENCES tenancy.tenant (id),
  id          uuid NOT NULL,
  name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  archived_at timestamptz,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX team_name ON people.team (tenant_id, lower(name)) WHERE archived_at IS NULL;
SELECT kit.protect('people.team');

CREATE TABLE people.skill (
  tenant_id   uuid NOT NULL REFERENCES tenancy.tenant (id),
  id          uuid NOT NULL,
  code        text NOT NULL CHECK (code ~ '^[a-z0-9]([a-z0-9_-]{0,62}[a-z0-9])?$'),
  name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  archived_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, code)
);
SELECT kit.protect('people.skill');

CREATE TABLE people.operator (
  tenant_id    uuid NOT NULL REFERENCES tenancy.tenant (id),
  id           uuid NOT NULL,
  account_id   uuid,
  display_name text NOT NULL CHECK (length(display_name) BETWEEN 1 AND 200),
  sort_name    text NOT NULL,
  team_id      uuid,
  languages    text[] NOT NULL DEFAULT '{it}',
  place        text NOT NULL DEFAULT 'site' CHECK (place IN ('home', 'site')),
  country      text NOT NULL DEFAULT 'IT' CHECK (country ~ '^[A-Z]{2}$'),
  capacity     jsonb NOT NULL,
  budget       int NOT NULL DEFAULT 100 CHECK (budget BETWEEN 1 AND 1000),
  v            int NOT NULL DEFAULT 1,
  created_at   timestamptz NOT NULL,
  archived_at  timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, team_id) REFERENCES people.team (tenant_id, id)
);
CREATE UNIQUE INDEX operator_account ON people.operator (tenant_id, account_id);
CREATE INDEX operator_by_name ON people.operator (tenant_id, sort_name, id);
SELECT kit.protect('people.operator');

CREATE TABLE people.operator_skill (
  tenant_id   uuid NOT NULL,
  operator_id uuid NOT NULL,
  skill_id    uuid NOT NULL,
  level       int NOT NULL CHECK (level BETWEEN 1 AND 10),
  expires_at  timestamptz,
  PRIMARY KEY (tenant_id, operator_id, skill_id),
  FOREIGN KEY (tenant_id, operator_id) REFERENCES people.operator (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, skill_id) REFERENCES people.skill (tenant_id, id)
);
CREATE INDEX operator_skill_by_skill ON people.operator_skill (tenant_id, skill_id);
SELECT kit.protect('people.operator_skill');

-- Dated, because a change of supplier asks who worked for a client in the last six months.
CREATE TABLE people.operator_client (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  operator_id uuid NOT NULL,
  client_id   uuid NOT NULL,
  valid_from  timestamptz NOT NULL,
  valid_to    timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, operator_id) REFERENCES people.operator (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX operator_client_now ON people.operator_client
  (tenant_id, operator_id, client_id) WHERE valid_to IS NULL;
SELECT kit.protect('people.operator_client');

-- People of one client neither see nor touch who works only for another. Not FOR ALL: whoever
-- adds an operator writes the row first and its clients after. One that reads no column needs no
-- SELECT policy, hence one each.
CREATE FUNCTION people.in_scope(wanted_tenant uuid, wanted uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM people.operator_client c
                  WHERE c.tenant_id = wanted_tenant AND c.operator_id = wanted
                    AND c.valid_to IS NULL)
$$;
CREATE POLICY client_select ON people.operator AS RESTRICTIVE FOR SELECT TO ascolto_app
  USING ((SELECT current_setting('ascolto.clients')) = '*' OR people.in_scope(tenant_id, id));
CREATE POLICY client_update ON people.operator AS RESTRICTIVE FOR UPDATE TO ascolto_app
  USING ((SELECT current_setting('ascolto.clients')) = '*' OR people.in_scope(tenant_id, id));
CREATE POLICY client_delete ON people.operator AS RESTRICTIVE FOR DELETE TO ascolto_app
  USING ((SELECT current_setting('ascolto.clients')) = '*' OR people.in_scope(tenant_id, id));
