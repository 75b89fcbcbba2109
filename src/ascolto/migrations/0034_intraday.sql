-- The day itself: what is done about it, what the organisation knows of its days, and how good
-- what was published turned out to be.

-- One thing done about the rest of a day, with the effect that was simulated before it was done.
CREATE TABLE workforce.lever (
  tenant_id      uuid NOT NULL REFERENCES tenancy.tenant (id),
  id             uuid NOT NULL,
  client_id      uuid NOT NULL,
  queue_id       uuid NOT NULL,
  kind           text NOT NULL CHECK (kind IN
                   ('time_off', 'extra_hours', 'break_move', 'skill_move', 'callback')),
  from_at        timestamptz NOT NULL,
  until_at       timestamptz NOT NULL CHECK (until_at > from_at),
  people         int NOT NULL DEFAULT 0 CHECK (people BETWEEN 0 AND 500),
  other_queue_id uuid,
  to_at          timestamptz,
  share          double precision NOT NULL DEFAULT 0 CHECK (share BETWEEN 0 AND 1),
  reason         text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  effect         jsonb NOT NULL,
  pulled_at      timestamptz NOT NULL,
  pulled_by      text NOT NULL,
  undone_at      timestamptz,
  undone_by      text,
  PRIMARY KEY (tenant_id, id),
  CHECK ((kind = 'skill_move') = (other_queue_id IS NOT NULL)),
  CHECK ((kind = 'break_move') = (to_at IS NOT NULL)),
  CHECK ((kind = 'callback') = (people = 0))
);
CREATE INDEX lever_of_day ON workforce.lever (tenant_id, from_at);
SELECT kit.protect('workforce.lever');

-- What the organisation itself knows of its days: a bill run, news of prices, a fault. Without a
-- client it concerns all of them. Events of one kind are taken to have one effect.
CREATE TABLE workforce.own_event (
  tenant_id  uuid NOT NULL REFERENCES tenancy.tenant (id),
  id         uuid NOT NULL,
  client_id  uuid,
  day        date NOT NULL,
  kind       text NOT NULL CHECK (length(kind) BETWEEN 1 AND 60),
  name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  noted_at   timestamptz NOT NULL,
  noted_by   text NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX own_event_once ON workforce.own_event
  (tenant_id, coalesce(client_id, '00000000-0000-0000-0000-000000000000'), day, kind);
SELECT kit.protect('workforce.own_event');

-- A day of a published forecast, judged once it is over, beside who knew nothing but the same past.
-- Errors are shares of the volume; a day of which nothing is known has none.
CREATE TABLE workforce.accuracy (
  tenant_id       uuid NOT NULL,
  client_id       uuid NOT NULL,
  forecast_id     uuid NOT NULL,
  day             date NOT NULL,
  scored_at       timestamptz NOT NULL,
  volume          double precision NOT NULL,
  wape            double precision,
  day_total_wape  double precision,
  bias            double precision,
  last_week_wape  double precision,
  four_weeks_wape double precision,
  chance          double precision,
  PRIMARY KEY (tenant_id, forecast_id, day),
  FOREIGN KEY (tenant_id, forecast_id) REFERENCES workforce.forecast (tenant_id, id)
    ON DELETE CASCADE
);
SELECT kit.protect('workforce.accuracy');
