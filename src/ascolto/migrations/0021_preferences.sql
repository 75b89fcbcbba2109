-- What somebody has chosen for their own desk follows them to every browser they sign in from.

ALTER TABLE identity.account ADD COLUMN preferences jsonb NOT NULL DEFAULT '{}'
  CHECK (jsonb_typeof(preferences) = 'object' AND pg_column_size(preferences) <= 16384);
COMMENT ON COLUMN identity.account.preferences IS
  'what its holder has chosen for their own desk; an empty document is no choice yet';
