-- What people ask of their shifts, and what they wish for and agree to.

-- A swap waits for the other person, a leave is answered at once or waits for a planner. `before`
-- and `after` are the shifts of that day of whom it concerns, so that it can be undone exactly.
CREATE TABLE workforce.shift_request (
  tenant_id   uuid NOT NULL REFERENCES tenancy.tenant (id),
  id          uuid NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('swap', 'leave')),
  operator_id uuid NOT NULL,
  other_id    uuid,
  day         date NOT NULL,
  note        text NOT NULL DEFAULT '' CHECK (length(note) <= 500),
  state       text NOT NULL CHECK (state IN
                ('waiting', 'done', 'refused', 'declined', 'withdrawn', 'undone')),
  why         jsonb NOT NULL DEFAULT '[]',
  before      jsonb NOT NULL DEFAULT '[]',
  after       jsonb NOT NULL DEFAULT '[]',
  roster_id   uuid,
  asked_at    timestamptz NOT NULL,
  answered_at timestamptz,
  answered_by text,
  PRIMARY KEY (tenant_id, id),
  CHECK ((kind = 'swap') = (other_id IS NOT NULL)),
  CHECK ((state = 'waiting') = (answered_at IS NULL)),
  CHECK (other_id <> operator_id)
);
CREATE INDEX shift_request_of ON workforce.shift_request (tenant_id, operator_id, day);
CREATE INDEX shift_request_to ON workforce.shift_request (tenant_id, other_id, day)
  WHERE other_id IS NOT NULL;
-- Somebody asks one thing of a day at a time.
CREATE UNIQUE INDEX shift_request_waiting ON workforce.shift_request (tenant_id, operator_id, day)
  WHERE state = 'waiting';
SELECT kit.protect('workforce.shift_request');

-- When somebody likes to work, and whether short and parted shifts may be given to them: only who
-- says so gets them.
CREATE TABLE workforce.wishes (
  tenant_id    uuid NOT NULL REFERENCES tenancy.tenant (id),
  operator_id  uuid NOT NULL,
  from_minute  int CHECK (from_minute BETWEEN 0 AND 1440),
  until_minute int CHECK (until_minute > from_minute AND until_minute <= 2880),
  days_off     int[] NOT NULL DEFAULT '{}',
  place        text CHECK (place IN ('home', 'site')),
  short_shifts boolean NOT NULL DEFAULT false,
  split_shifts boolean NOT NULL DEFAULT false,
  changed_at   timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, operator_id),
  CHECK ((from_minute IS NULL) = (until_minute IS NULL))
);
SELECT kit.protect('workforce.wishes');
