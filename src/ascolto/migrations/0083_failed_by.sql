-- What a forecast or the making of a roster failed by: the code of a refusal with its values, so
-- that each reader has it in their own words. Those that failed before have the sentence alone.
ALTER TABLE workforce.forecast ADD COLUMN failed_by jsonb;
ALTER TABLE workforce.roster_run ADD COLUMN failed_by jsonb;
