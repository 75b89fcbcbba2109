-- The next break is due by the published roster unless the person has said when theirs is. Up to
-- when those planned count as taken is kept, so that a break taken a little early is not due again.
ALTER TABLE routing.presence
  ADD COLUMN break_by_hand boolean NOT NULL DEFAULT false,
  ADD COLUMN break_taken_to timestamptz;
UPDATE routing.presence SET break_by_hand = true WHERE break_due_at IS NOT NULL;
