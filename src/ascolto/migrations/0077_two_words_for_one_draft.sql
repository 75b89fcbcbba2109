-- What two devices wrote at once stands side by side, on both of them, until a person has chosen.
ALTER TABLE conversations.draft ADD COLUMN other text;
