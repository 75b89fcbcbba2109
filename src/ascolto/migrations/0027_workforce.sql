-- The workforce room: what came, what is expected to come, and what people changed by hand.

CREATE SCHEMA workforce;
GRANT USAGE ON SCHEMA workforce TO ascolto_app;

-- What came in each quarter of an hour, worked out of the log once a day is over, so that a year
-- of history is read and not folded anew.
CREATE TABLE workforce.volume (
  tenant_id  uuid NOT NULL REFERENCES tenancy.tenant (id),
  client_id  uuid NOT NULL,
  queue_id   uuid NOT NULL,
  channel    text NOT NULL,
  starts_at  timestamptz NOT NULL,
  offered    int NOT NULL CHECK (offered >= 0),
  handled    int NOT NULL CHECK (handled >= 0),
  abandoned  int NOT NULL CHECK (abandoned >= 0),
  handling_s double precision NOT NULL CHECK (handling_s >= 0),
  PRIMARY KEY (tenant_id, queue_id, channel, starts_at)
);
SELECT kit.protect('workforce.volume');

-- Local days of the organisation that are worked out as a whole, also those on which nothing came.
CREATE TABLE workforce.kept_day (
  tenant_id uuid NOT NULL REFERENCES tenancy.tenant (id),
  day       date NOT NULL,
  kept_at   timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, day)
);
SELECT kit.protect('workforce.kept_day');

-- What came before the log began, from a table somebody brought in. What was not told is NULL.
CREATE TABLE workforce.imported_volume (
  tenant_id uuid NOT NULL REFERENCES tenancy.tenant (id),
  client_id uuid NOT NULL,
  queue_id  uuid NOT NULL,
  channel   text NOT NULL,
  starts_at timestamptz NOT NULL,
  minutes   int NOT NULL CHECK (minutes BETWEEN 1 AND 60),
  offered   double precision NOT NULL CHECK (offered >= 0),
  handled   double precision CHECK (handled >= 0),
  abandoned double precision CHECK (abandoned >= 0),
  aht_s     double precision CHECK (aht_s >= 0),
  PRIMARY KEY (tenant_id, queue_id, channel, starts_at)
);
SELECT kit.protect('workforce.imported_volume');

-- One forecast of one queue and channel. It is asked for, made by a process of its own, changed by
-- hand while it is a draft, and stays as it is once it is published.
CREATE TABLE workforce.forecast (
  tenant_id      uuid NOT NULL REFERENCES tenancy.tenant (id),
  id             uuid NOT NULL,
  client_id      uuid NOT NULL,
  queue_id       uuid NOT NULL,
  channel        text NOT NULL CHECK (length(channel) BETWEEN 1 AND 64),
  state          text NOT NULL CHECK (state IN ('asked', 'made', 'failed')),
  reason         text NOT NULL CHECK (length(reason) <= 500),
  horizon_days   int NOT NULL CHECK (horizon_days BETWEEN 1 AND 92),
  minutes        int NOT NULL CHECK (minutes IN (15, 30, 60)),
  model          text NOT NULL,
  country        text NOT NULL,
  asked_at       timestamptz NOT NULL,
  asked_by       text NOT NULL,
  -- Whoever is making it has until then; after that another process may.
  claimed_until  timestamptz,
  attempts       int NOT NULL DEFAULT 0,
  made_at        timestamptz,
  timezone       text,
  history_from   date,
  history_until  date,
  measured       boolean,
  days           jsonb NOT NULL DEFAULT '[]',
  notes          jsonb NOT NULL DEFAULT '[]',
  failure        text,
  published_at   timestamptz,
  published_by   text,
  v              int NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id),
  CHECK (published_at IS NULL OR state = 'made')
);
CREATE INDEX forecast_of_queue ON workforce.forecast (tenant_id, queue_id, channel, id);
CREATE INDEX forecast_asked ON workforce.forecast (id) WHERE state = 'asked';
SELECT kit.protect('workforce.forecast');

-- `made_*` is what the model said, the others what holds after all changes by hand. The band from
-- low to high holds nine of ten days.
CREATE TABLE workforce.forecast_interval (
  tenant_id   uuid NOT NULL,
  client_id   uuid NOT NULL,
  forecast_id uuid NOT NULL,
  starts_at   timestamptz NOT NULL,
  made_mean   double precision NOT NULL,
  made_low    double precision NOT NULL,
  made_median double precision NOT NULL,
  made_high   double precision NOT NULL,
  mean        double precision NOT NULL,
  low         double precision NOT NULL,
  median      double precision NOT NULL,
  high        double precision NOT NULL,
  rate_cv     double precision NOT NULL,
  PRIMARY KEY (tenant_id, forecast_id, starts_at),
  FOREIGN KEY (tenant_id, forecast_id) REFERENCES workforce.forecast (tenant_id, id)
    ON DELETE CASCADE
);
SELECT kit.protect('workforce.forecast_interval');

CREATE TABLE workforce.forecast_edit (
  tenant_id    uuid NOT NULL,
  id           uuid NOT NULL,
  client_id    uuid NOT NULL,
  forecast_id  uuid NOT NULL,
  from_at      timestamptz NOT NULL,
  until_at     timestamptz NOT NULL CHECK (until_at > from_at),
  factor       double precision CHECK (factor >= 0),
  calls        double precision CHECK (calls >= 0),
  reason       text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  edited_at    timestamptz NOT NULL,
  edited_by    text NOT NULL,
  before_calls double precision NOT NULL,
  after_calls  double precision NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CHECK ((factor IS NULL) <> (calls IS NULL)),
  FOREIGN KEY (tenant_id, forecast_id) REFERENCES workforce.forecast (tenant_id, id)
    ON DELETE CASCADE
);
CREATE INDEX forecast_edit_of_forecast ON workforce.forecast_edit (tenant_id, forecast_id, id);
SELECT kit.protect('workforce.forecast_edit');

CREATE FUNCTION workforce.tenants_asking(free_before timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT f.tenant_id FROM workforce.forecast f
   WHERE f.state = 'asked' AND (f.claimed_until IS NULL OR f.claimed_until < free_before)
$$;
REVOKE ALL ON FUNCTION workforce.tenants_asking(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION workforce.tenants_asking(timestamptz) TO ascolto_app;
