-- Who may come in: accounts, sessions, API tokens, throttles; and the mail that leaves.

CREATE TABLE kit.outgoing_mail (
  tenant_id     uuid NOT NULL,
  id            uuid NOT NULL,
  purpose       text NOT NULL,
  recipient     text NOT NULL,
  subject       text NOT NULL,
  body          text,
  queued_at     timestamptz NOT NULL,
  expires_at    timestamptz,
  attempts      int NOT NULL DEFAULT 0,
  next_try_at   timestamptz NOT NULL,
  last_error    text,
  sent_at       timestamptz,
  PRIMARY KEY (tenant_id, id)
);
COMMENT ON COLUMN kit.outgoing_mail.body IS
  'May hold a single-use link: emptied when the mail is sent or expires.';
CREATE INDEX outgoing_mail_due ON kit.outgoing_mail (tenant_id, next_try_at)
  WHERE sent_at IS NULL AND body IS NOT NULL;
SELECT kit.protect('kit.outgoing_mail');

CREATE SCHEMA identity;
GRANT USAGE ON SCHEMA identity TO ascolto_app;

CREATE TABLE identity.account (
  tenant_id       uuid NOT NULL REFERENCES tenancy.tenant (id),
  id              uuid NOT NULL,
  email           text NOT NULL CHECK (length(email) BETWEEN 3 AND 320),
  email_key       text NOT NULL,
  name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  locale          text NOT NULL DEFAULT 'it' CHECK (locale IN ('it', 'en')),
  roles           text[] NOT NULL,
  client_scope    uuid[],
  operator_id     uuid,
  password_hash   text,
  totp_secret     text,
  totp_pending    text,
  totp_last_step  bigint NOT NULL DEFAULT 0,
  recovery_hashes text[] NOT NULL DEFAULT '{}',
  v               int NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL,
  disabled_at     timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, email_key)
);
COMMENT ON COLUMN identity.account.client_scope IS 'NULL = every client of the organisation';
CREATE UNIQUE INDEX account_operator ON identity.account (tenant_id, operator_id);
SELECT kit.protect('identity.account');

CREATE TABLE identity.session (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  account_id  uuid NOT NULL,
  secret_hash bytea NOT NULL,
  ip          text NOT NULL,
  user_agent  text NOT NULL,
  place       text,
  country     text,
  created_at  timestamptz NOT NULL,
  seen_at     timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, secret_hash),
  FOREIGN KEY (tenant_id, account_id) REFERENCES identity.account (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX session_of_account ON identity.session (tenant_id, account_id);
SELECT kit.protect('identity.session');

CREATE TABLE identity.api_token (
  tenant_id    uuid NOT NULL,
  id           uuid NOT NULL,
  account_id   uuid NOT NULL,
  name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  secret_hash  bytea NOT NULL,
  scopes       text[] NOT NULL,
  client_scope uuid[],
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL,
  last_used_at timestamptz,
  revoked_at   timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, secret_hash),
  FOREIGN KEY (tenant_id, account_id) REFERENCES identity.account (tenant_id, id) ON DELETE CASCADE
);
SELECT kit.protect('identity.api_token');

-- Single-use links sent by mail: a forgotten password or an invitation.
CREATE TABLE identity.password_link (
  tenant_id   uuid NOT NULL,
  secret_hash bytea NOT NULL,
  account_id  uuid NOT NULL,
  purpose     text NOT NULL CHECK (purpose IN ('reset', 'invitation')),
  created_at  timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, secret_hash),
  FOREIGN KEY (tenant_id, account_id) REFERENCES identity.account (tenant_id, id) ON DELETE CASCADE
);
SELECT kit.protect('identity.password_link');

-- Failures per account address or network address; the key says which, hashed.
CREATE TABLE identity.throttle (
  tenant_id     uuid NOT NULL,
  key           text NOT NULL,
  level         double precision NOT NULL,
  counted_at    timestamptz NOT NULL,
  blocked_until timestamptz,
  PRIMARY KEY (tenant_id, key)
);
SELECT kit.protect('identity.throttle');
