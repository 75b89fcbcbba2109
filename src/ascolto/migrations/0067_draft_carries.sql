-- A draft also keeps which message it passes on, with which of its files, and the files that were
-- added to it, so that it goes on at another device as it is.
ALTER TABLE conversations.draft ADD COLUMN about jsonb;
ALTER TABLE conversations.draft ADD COLUMN files uuid[] NOT NULL DEFAULT '{}';
