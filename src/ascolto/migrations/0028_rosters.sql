-- Who works when: versions of a roster, their shifts, and each person's own calendar feed.

-- A version speaks for all its days: once published, it stands in place of whatever an earlier one
-- said of them. It has no client: people work for several.
CREATE TABLE workforce.roster (
  tenant_id    uuid NOT NULL REFERENCES tenancy.tenant (id),
  id           uuid NOT NULL,
  first_day    date NOT NULL,
  last_day     date NOT NULL CHECK (last_day BETWEEN first_day AND first_day + 62),
  reason       text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  created_at   timestamptz NOT NULL,
  created_by   text NOT NULL,
  published_at timestamptz,
  published_by text,
  v            int NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX roster_in_force ON workforce.roster (tenant_id, published_at, id)
  WHERE published_at IS NOT NULL;
SELECT kit.protect('workforce.roster');

-- `parts` are the activities in order, from the start to the end without a hole.
CREATE TABLE workforce.shift (
  tenant_id   uuid NOT NULL,
  roster_id   uuid NOT NULL,
  operator_id uuid NOT NULL,
  day         date NOT NULL,
  starts_at   timestamptz NOT NULL,
  ends_at     timestamptz NOT NULL CHECK (ends_at > starts_at),
  place       text NOT NULL CHECK (place IN ('home', 'site')),
  parts       jsonb NOT NULL DEFAULT '[]',
  PRIMARY KEY (tenant_id, roster_id, operator_id, starts_at),
  FOREIGN KEY (tenant_id, roster_id) REFERENCES workforce.roster (tenant_id, id)
    ON DELETE CASCADE
);
CREATE INDEX shift_of_operator ON workforce.shift (tenant_id, operator_id, day);
SELECT kit.protect('workforce.shift');

-- The address under which somebody's calendar reads their shifts; only its fingerprint is kept.
-- When it is read is nobody's business.
CREATE TABLE workforce.shift_feed (
  tenant_id   uuid NOT NULL REFERENCES tenancy.tenant (id),
  operator_id uuid NOT NULL,
  secret_hash bytea NOT NULL,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, operator_id)
);
CREATE UNIQUE INDEX shift_feed_secret ON workforce.shift_feed (tenant_id, secret_hash);
SELECT kit.protect('workforce.shift_feed');
