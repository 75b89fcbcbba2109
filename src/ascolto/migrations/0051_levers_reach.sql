-- What is done about a day reaches people and routing: a lever has steps, one for each person or
-- queue that it concerns.
ALTER TABLE workforce.lever
  DROP CONSTRAINT lever_kind_check,
  DROP CONSTRAINT lever_check1,
  DROP CONSTRAINT lever_check2,
  DROP CONSTRAINT lever_check3,
  -- What those who wait are told, where the lever is a word to them.
  ADD COLUMN message text NOT NULL DEFAULT '' CHECK (length(message) <= 1000),
  -- Who pulled it: what begins later is written down as theirs.
  ADD COLUMN pulled_account uuid,
  ADD CONSTRAINT lever_kind CHECK (kind IN ('time_off', 'extra_hours', 'break_move', 'skill_move',
    'overflow', 'callback', 'channel_shift')),
  ADD CONSTRAINT lever_other CHECK
    ((kind IN ('skill_move', 'overflow')) = (other_queue_id IS NOT NULL)),
  ADD CONSTRAINT lever_to CHECK ((kind = 'break_move') = (to_at IS NOT NULL)),
  ADD CONSTRAINT lever_people CHECK
    ((kind IN ('overflow', 'callback', 'channel_shift')) = (people = 0));

-- One thing that a lever does. `due`: it begins when the lever does; `offered`: its person may say
-- yes or no; `done`, `declined`, `undone`; `failed`: it could not be, and why.
CREATE TABLE workforce.lever_step (
  tenant_id       uuid NOT NULL,
  id              uuid NOT NULL,
  client_id       uuid NOT NULL,
  lever_id        uuid NOT NULL,
  operator_id     uuid,
  state           text NOT NULL CHECK (state IN
                    ('due', 'offered', 'done', 'declined', 'undone', 'failed')),
  begins_at       timestamptz NOT NULL,
  until_at        timestamptz NOT NULL CHECK (until_at > begins_at),
  -- One person's shifts of the day as they are and as they become.
  before          jsonb NOT NULL DEFAULT '[]',
  after           jsonb NOT NULL DEFAULT '[]',
  intervention_id uuid,
  why             text NOT NULL DEFAULT '' CHECK (length(why) <= 500),
  changed_at      timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, lever_id) REFERENCES workforce.lever (tenant_id, id)
);
CREATE UNIQUE INDEX lever_step_once ON workforce.lever_step (tenant_id, lever_id, operator_id);
CREATE INDEX lever_step_own ON workforce.lever_step (tenant_id, operator_id, begins_at);
CREATE INDEX lever_step_due ON workforce.lever_step (begins_at) WHERE state = 'due';
SELECT kit.protect('workforce.lever_step');

CREATE FUNCTION workforce.tenants_with_levers_due(moment timestamptz)
RETURNS TABLE (tenant_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT s.tenant_id FROM workforce.lever_step s
   WHERE s.state = 'due' AND s.begins_at <= moment
$$;
REVOKE ALL ON FUNCTION workforce.tenants_with_levers_due(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION workforce.tenants_with_levers_due(timestamptz) TO ascolto_app;
