-- A draft that is begun because a site is lost gives its shifts to people on a day that was free.
-- They are asked when it is published, and who says yes works: `roster_id` is the version that a
-- stand-in is for, `after` the shift.
ALTER TABLE workforce.roster ADD COLUMN site_lost boolean NOT NULL DEFAULT false;
ALTER TABLE workforce.shift_request
  DROP CONSTRAINT shift_request_kind_check,
  ADD CONSTRAINT shift_request_kind_check CHECK (kind IN ('swap', 'leave', 'stand_in'));
CREATE INDEX shift_request_for ON workforce.shift_request (tenant_id, roster_id)
  WHERE kind = 'stand_in';
