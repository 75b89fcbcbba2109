-- What somebody is asked to stand in for waits until a moment; then the next in line is asked, as
-- they are after a no. `passed_on_at` says when that was seen to, whether or not there was anybody.
ALTER TABLE workforce.shift_request
  ADD COLUMN until_at timestamptz,
  ADD COLUMN passed_on_at timestamptz,
  DROP CONSTRAINT shift_request_state_check,
  ADD CONSTRAINT shift_request_state_check CHECK (state IN
    ('waiting', 'done', 'refused', 'declined', 'withdrawn', 'undone', 'unanswered'));
-- What was asked before ends as its shift begins; what was answered before is not asked of others.
UPDATE workforce.shift_request SET until_at = (after->0->>'starts_at')::timestamptz
 WHERE kind = 'stand_in' AND state = 'waiting';
UPDATE workforce.shift_request SET passed_on_at = answered_at
 WHERE kind = 'stand_in' AND state <> 'waiting';
CREATE INDEX shift_request_on ON workforce.shift_request (tenant_id, until_at)
  WHERE kind = 'stand_in' AND passed_on_at IS NULL;
