-- Who looked at whom, and under which agreement people may be seen one by one.

CREATE SCHEMA privacy;
GRANT USAGE ON SCHEMA privacy TO ascolto_app;

CREATE TABLE privacy.view_log (
  tenant_id         uuid NOT NULL REFERENCES tenancy.tenant (id),
  id                uuid NOT NULL,
  at                timestamptz NOT NULL,
  viewer_account_id uuid NOT NULL,
  viewer_name       text NOT NULL,
  subject_kind      text NOT NULL CHECK (subject_kind IN ('operator', 'account', 'customer')),
  subject_id        uuid NOT NULL,
  what              text NOT NULL CHECK (length(what) BETWEEN 1 AND 200),
  why               text NOT NULL CHECK (length(why) BETWEEN 1 AND 500),
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX view_log_of_subject ON privacy.view_log (tenant_id, subject_kind, subject_id, id DESC);
SELECT kit.protect('privacy.view_log', append_only => true);

CREATE TABLE privacy.monitoring_agreement (
  tenant_id       uuid NOT NULL REFERENCES tenancy.tenant (id),
  id              uuid NOT NULL,
  title           text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  reference       text NOT NULL CHECK (length(reference) BETWEEN 1 AND 200),
  document_name   text NOT NULL,
  document_sha256 text NOT NULL,
  document        bytea NOT NULL,
  fields          text[] NOT NULL CHECK (cardinality(fields) > 0),
  valid_from      timestamptz NOT NULL,
  valid_to        timestamptz,
  created_by      jsonb NOT NULL,
  created_at      timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CHECK (valid_to IS NULL OR valid_to >= valid_from)
);
SELECT kit.protect('privacy.monitoring_agreement');
