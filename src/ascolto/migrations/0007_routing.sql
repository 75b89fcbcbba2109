-- Routing: queues, the work that waits in them, who is present, and who leads.

CREATE SCHEMA routing;
GRANT USAGE ON SCHEMA routing TO ascolto_app;

CREATE TABLE routing.queue (
  tenant_id         uuid NOT NULL REFERENCES tenancy.tenant (id),
  id                uuid NOT NULL,
  client_id         uuid NOT NULL,
  name              text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
  channel           text NOT NULL CHECK (channel ~ '^[a-z][a-z_]{1,30}$'),
  priority          int NOT NULL DEFAULT 0 CHECK (priority BETWEEN -10 AND 10),
  -- [{"after_s": 0, "needs": [["code", level], …]}, …]: circles of people that open with time
  rings             jsonb NOT NULL DEFAULT '[{"after_s": 0, "needs": []}]',
  offer_timeout_s   double precision NOT NULL DEFAULT 20 CHECK (offer_timeout_s BETWEEN 3 AND 600),
  target_s          double precision NOT NULL DEFAULT 60 CHECK (target_s > 0),
  target_share      double precision NOT NULL DEFAULT 0.8 CHECK (target_share BETWEEN 0 AND 1),
  long_work_s       double precision NOT NULL DEFAULT 300 CHECK (long_work_s >= 0),
  wrap_up_s         double precision NOT NULL DEFAULT 120 CHECK (wrap_up_s >= 0),
  overflow_queue_id uuid,
  overflow_after_s  double precision CHECK (overflow_after_s > 0),
  calendar_id       uuid,
  eu_only           boolean NOT NULL DEFAULT false,
  message           text NOT NULL DEFAULT '',
  v                 int NOT NULL DEFAULT 1,
  archived_at       timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, overflow_queue_id) REFERENCES routing.queue (tenant_id, id)
);
CREATE UNIQUE INDEX queue_name ON routing.queue (tenant_id, client_id, lower(name))
  WHERE archived_at IS NULL;
SELECT kit.protect('routing.queue');

CREATE TABLE routing.work_item (
  tenant_id          uuid NOT NULL,
  id                 uuid NOT NULL,
  client_id          uuid NOT NULL,
  queue_id           uuid NOT NULL,
  channel            text NOT NULL,
  ref                uuid NOT NULL,
  card               jsonb NOT NULL,
  state              text NOT NULL
    CHECK (state IN ('waiting', 'offered', 'active', 'wrapup', 'done', 'cancelled')),
  priority           int,
  due_at             timestamptz,
  needs              jsonb NOT NULL DEFAULT '[]',
  language           text,
  eu_only            boolean NOT NULL DEFAULT false,
  preferred_operator uuid,
  preferred_until    timestamptz,
  excluded           uuid[] NOT NULL DEFAULT '{}',
  to_head            boolean NOT NULL DEFAULT false,
  operator_id        uuid,
  offer_expires_at   timestamptz,
  offers             int NOT NULL DEFAULT 0,
  estimated_wait_s   double precision,
  enqueued_at        timestamptz NOT NULL,
  offered_at         timestamptz,
  answered_at        timestamptz,
  wrap_up_at         timestamptz,
  ended_at           timestamptz,
  outcome            text,
  v                  int NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, queue_id) REFERENCES routing.queue (tenant_id, id),
  CHECK (state NOT IN ('offered', 'active', 'wrapup') OR operator_id IS NOT NULL),
  CHECK (state <> 'waiting' OR operator_id IS NULL)
);
CREATE INDEX work_item_live ON routing.work_item (tenant_id, state)
  WHERE state IN ('waiting', 'offered', 'active', 'wrapup');
CREATE INDEX work_item_of_operator ON routing.work_item (tenant_id, operator_id)
  WHERE state IN ('offered', 'active', 'wrapup');
CREATE INDEX work_item_of_ref ON routing.work_item (tenant_id, ref);
SELECT kit.protect('routing.work_item');

CREATE TABLE routing.presence (
  tenant_id    uuid NOT NULL,
  operator_id  uuid NOT NULL,
  state        text NOT NULL CHECK (state IN ('available', 'busy', 'away', 'break', 'offline')),
  since        timestamptz NOT NULL,
  place        text CHECK (place IN ('home', 'site')),
  country      text CHECK (country ~ '^[A-Z]{2}$'),
  reason       text,
  break_due_at timestamptz,
  v            int NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, operator_id)
);
SELECT kit.protect('routing.presence');

-- Why this person: one row for each offer, for ever explainable.
CREATE TABLE routing.decision (
  tenant_id    uuid NOT NULL,
  id           bigint GENERATED ALWAYS AS IDENTITY,
  work_item_id uuid NOT NULL,
  client_id    uuid NOT NULL,
  operator_id  uuid NOT NULL,
  at           timestamptz NOT NULL,
  epoch        bigint NOT NULL,
  why          jsonb NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX decision_of_item ON routing.decision (tenant_id, work_item_id, id);
SELECT kit.protect('routing.decision', append_only => true);

-- Who leads: the epoch fences a leader that has lost its lead without knowing.
CREATE TABLE routing.leader (
  tenant_id    uuid PRIMARY KEY,
  epoch        bigint NOT NULL,
  node_id      uuid NOT NULL,
  backend_pid  int NOT NULL,
  heartbeat_at timestamptz NOT NULL
);
SELECT kit.protect('routing.leader');

-- One beat for every lead of a session; and what a standby of any tenant may know of leaders.
CREATE FUNCTION routing.beat() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH beaten AS (
    UPDATE routing.leader SET heartbeat_at = clock_timestamp()
     WHERE backend_pid = pg_backend_pid() RETURNING 1)
  SELECT count(*) FROM beaten
$$;
CREATE FUNCTION routing.leaders()
RETURNS TABLE (tenant_id uuid, backend_pid int, heartbeat_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT l.tenant_id, l.backend_pid, l.heartbeat_at FROM routing.leader l
$$;
REVOKE ALL ON FUNCTION routing.beat(), routing.leaders() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION routing.beat(), routing.leaders() TO ascolto_app;

-- What the leader sees, once a second, for whoever asks on any node: aggregates, no people.
CREATE TABLE routing.queue_now (
  tenant_id     uuid NOT NULL,
  queue_id      uuid NOT NULL,
  client_id     uuid NOT NULL,
  at            timestamptz NOT NULL,
  waiting       int NOT NULL,
  oldest_at     timestamptz,
  offered       int NOT NULL,
  active        int NOT NULL,
  wrapup        int NOT NULL,
  available     int NOT NULL,
  wait_s        double precision,
  wait_low_s    double precision,
  wait_high_s   double precision,
  promises      int NOT NULL,
  error_s       double precision NOT NULL,
  PRIMARY KEY (tenant_id, queue_id)
);
SELECT kit.protect('routing.queue_now');
