-- A break of the roster ends with its own length, counted from when its person could go: the last
-- moment at which it was due and work was in their hands is kept.
ALTER TABLE routing.presence ADD COLUMN break_held_at timestamptz;
