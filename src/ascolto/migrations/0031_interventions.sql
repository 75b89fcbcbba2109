-- What is done on the floor against an alert, until tonight: who did it, why, and the way back.
CREATE TABLE routing.intervention (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  client_id   uuid NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('skill', 'overflow', 'message')),
  queue_id    uuid NOT NULL,
  operator_id uuid,
  -- What stood there and what was put there instead, so that the way back is known.
  before      jsonb NOT NULL,
  after       jsonb NOT NULL,
  alert       jsonb NOT NULL DEFAULT '{}',
  why         text NOT NULL CHECK (length(why) BETWEEN 1 AND 500),
  by_account  uuid NOT NULL,
  by_name     text NOT NULL,
  begun_at    timestamptz NOT NULL,
  until       timestamptz NOT NULL CHECK (until > begun_at),
  ended_at    timestamptz,
  ended_how   text CHECK (ended_how IN ('undone', 'expired')),
  ended_by    text,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, queue_id) REFERENCES routing.queue (tenant_id, id),
  CHECK ((kind = 'skill') = (operator_id IS NOT NULL)),
  CHECK ((ended_at IS NULL) = (ended_how IS NULL))
);
-- One at a time of each kind: two ways back from one place would meet.
CREATE UNIQUE INDEX intervention_running ON routing.intervention
  (tenant_id, queue_id, kind) WHERE ended_at IS NULL AND kind <> 'skill';
CREATE UNIQUE INDEX intervention_of_operator ON routing.intervention
  (tenant_id, operator_id) WHERE ended_at IS NULL AND kind = 'skill';
CREATE INDEX intervention_due ON routing.intervention (until) WHERE ended_at IS NULL;
CREATE INDEX intervention_begun ON routing.intervention (tenant_id, begun_at);
SELECT kit.protect('routing.intervention');

CREATE FUNCTION routing.tenants_with_interventions_due(moment timestamptz)
RETURNS TABLE (tenant_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT i.tenant_id FROM routing.intervention i
   WHERE i.ended_at IS NULL AND i.until <= moment
$$;
REVOKE ALL ON FUNCTION routing.tenants_with_interventions_due(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION routing.tenants_with_interventions_due(timestamptz) TO ascolto_app;
