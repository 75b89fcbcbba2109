-- Customers of a client: who they are as verified, and who they merely say they are.

CREATE SCHEMA customers;
GRANT USAGE ON SCHEMA customers TO ascolto_app;

CREATE TABLE customers.customer (
  tenant_id   uuid NOT NULL REFERENCES tenancy.tenant (id),
  id          uuid NOT NULL,
  client_id   uuid NOT NULL,
  name        text NOT NULL DEFAULT '' CHECK (length(name) <= 200),
  language    text NOT NULL DEFAULT 'it' CHECK (language ~ '^[a-z]{2}$'),
  preferences jsonb NOT NULL DEFAULT '{}',
  -- Normalised words of the name and of every identity and claim, so that a search needs no
  -- extension and no accents.
  search      text NOT NULL DEFAULT '',
  -- Nothing moves in a merge: the merged customer points at the kept one, so that undoing it
  -- restores both exactly.
  merged_into uuid,
  v           int NOT NULL DEFAULT 1,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, merged_into) REFERENCES customers.customer (tenant_id, id),
  CHECK (merged_into <> id)
);
CREATE INDEX customer_newest ON customers.customer (tenant_id, client_id, id DESC)
  WHERE merged_into IS NULL;
CREATE INDEX customer_merged ON customers.customer (tenant_id, merged_into)
  WHERE merged_into IS NOT NULL;
SELECT kit.protect('customers.customer');

-- What has been proved: one customer per identity and client, whatever comes at the same time.
CREATE TABLE customers.identity (
  tenant_id    uuid NOT NULL,
  id           uuid NOT NULL,
  client_id    uuid NOT NULL,
  customer_id  uuid NOT NULL,
  kind         text NOT NULL CHECK (kind ~ '^[a-z][a-z0-9_]{0,31}$'),
  value        text NOT NULL CHECK (length(value) BETWEEN 1 AND 320),
  key          text NOT NULL CHECK (length(key) BETWEEN 1 AND 320),
  verified_how text NOT NULL,
  verified_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, client_id, kind, key),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers.customer (tenant_id, id)
);
CREATE INDEX identity_of_customer ON customers.identity (tenant_id, customer_id);
SELECT kit.protect('customers.identity');

-- What has only been said: shown to the operator as such, never used to find anybody.
CREATE TABLE customers.claim (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  client_id   uuid NOT NULL,
  customer_id uuid NOT NULL,
  kind        text NOT NULL CHECK (kind ~ '^[a-z][a-z0-9_]{0,31}$'),
  value       text NOT NULL CHECK (length(value) BETWEEN 1 AND 320),
  key         text NOT NULL CHECK (length(key) BETWEEN 1 AND 320),
  claimed_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, customer_id, kind, key),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers.customer (tenant_id, id)
);
SELECT kit.protect('customers.claim');

CREATE TABLE customers.merge_log (
  tenant_id uuid NOT NULL,
  id        uuid NOT NULL,
  client_id uuid NOT NULL,
  kept_id   uuid NOT NULL,
  merged_id uuid NOT NULL,
  at        timestamptz NOT NULL,
  by        jsonb NOT NULL,
  undone_at timestamptz,
  undone_by jsonb,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, kept_id) REFERENCES customers.customer (tenant_id, id),
  FOREIGN KEY (tenant_id, merged_id) REFERENCES customers.customer (tenant_id, id)
);
CREATE INDEX merge_log_of_merged ON customers.merge_log (tenant_id, merged_id)
  WHERE undone_at IS NULL;
SELECT kit.protect('customers.merge_log');
