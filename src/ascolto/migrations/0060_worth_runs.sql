-- A run may ask what flexibility is worth instead of a roster: the same question of the same
-- process, which leaves no draft behind.
ALTER TABLE workforce.roster_run
  ADD COLUMN purpose text NOT NULL DEFAULT 'roster' CHECK (purpose IN ('roster', 'worth')),
  DROP CONSTRAINT roster_run_check1,
  ADD CONSTRAINT roster_run_made CHECK
    ((roster_id IS NOT NULL) = (state = 'made' AND purpose = 'roster'));
