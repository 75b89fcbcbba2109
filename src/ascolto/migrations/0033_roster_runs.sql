-- Rosters that are asked for and made by a process of their own, and what each day of a roster takes.

-- `wanted` is the question as it was put; `progress` how far it is; `result` what it came to: cost,
-- bound, fairness, and what the independent examiner says.
CREATE TABLE workforce.roster_run (
  tenant_id     uuid NOT NULL REFERENCES tenancy.tenant (id),
  id            uuid NOT NULL,
  first_day     date NOT NULL,
  last_day      date NOT NULL CHECK (last_day BETWEEN first_day + 6 AND first_day + 55),
  reason        text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  wanted        jsonb NOT NULL,
  state         text NOT NULL CHECK (state IN ('asked', 'made', 'failed', 'cancelled')),
  asked_at      timestamptz NOT NULL,
  asked_by      text NOT NULL,
  -- Whoever is making it has until then, and says so again as it goes on.
  claimed_until timestamptz,
  attempts      int NOT NULL DEFAULT 0,
  progress      jsonb NOT NULL DEFAULT '{}',
  ended_at      timestamptz,
  failure       text,
  result        jsonb NOT NULL DEFAULT '{}',
  roster_id     uuid,
  PRIMARY KEY (tenant_id, id),
  CHECK ((roster_id IS NOT NULL) = (state = 'made')),
  FOREIGN KEY (tenant_id, roster_id) REFERENCES workforce.roster (tenant_id, id)
    ON DELETE CASCADE
);
CREATE INDEX roster_run_asked ON workforce.roster_run (id) WHERE state = 'asked';
CREATE INDEX roster_run_of_roster ON workforce.roster_run (tenant_id, roster_id);
SELECT kit.protect('workforce.roster_run');

-- People a queue takes in each interval of a local day, from its first moment on: a day on which
-- the clocks change has an hour less or more.
CREATE TABLE workforce.required_day (
  tenant_id uuid NOT NULL,
  roster_id uuid NOT NULL,
  queue_id  uuid NOT NULL,
  day       date NOT NULL,
  minutes   int NOT NULL CHECK (minutes BETWEEN 5 AND 60),
  people    double precision[] NOT NULL,
  PRIMARY KEY (tenant_id, roster_id, queue_id, day),
  FOREIGN KEY (tenant_id, roster_id) REFERENCES workforce.roster (tenant_id, id)
    ON DELETE CASCADE
);
CREATE INDEX required_day_of_day ON workforce.required_day (tenant_id, day, queue_id);
SELECT kit.protect('workforce.required_day');

CREATE FUNCTION workforce.tenants_asking_rosters(free_before timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT r.tenant_id FROM workforce.roster_run r
   WHERE r.state = 'asked' AND (r.claimed_until IS NULL OR r.claimed_until < free_before)
$$;
REVOKE ALL ON FUNCTION workforce.tenants_asking_rosters(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION workforce.tenants_asking_rosters(timestamptz) TO ascolto_app;
