-- From when on a question counts as left without an answer: whoever asked then asks somebody else.
ALTER TABLE conversations.consult ADD COLUMN overdue_at timestamptz;
