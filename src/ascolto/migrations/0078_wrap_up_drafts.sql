-- What is written up after a contact is a draft too: outcome, reasons and promise beside its note.
ALTER TABLE conversations.draft ADD COLUMN closing jsonb;
ALTER TABLE conversations.draft DROP CONSTRAINT draft_kind_check;
ALTER TABLE conversations.draft
  ADD CONSTRAINT draft_kind_check CHECK (kind IN ('reply', 'note', 'forward', 'wrapup'));
