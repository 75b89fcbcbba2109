-- A draft of a mail keeps to whom it goes, as the lines are being typed, and what is being passed
-- on to somebody else has a draft too.
ALTER TABLE conversations.draft ADD COLUMN lines jsonb;
ALTER TABLE conversations.draft DROP CONSTRAINT draft_kind_check;
ALTER TABLE conversations.draft
  ADD CONSTRAINT draft_kind_check CHECK (kind IN ('reply', 'note', 'forward'));
