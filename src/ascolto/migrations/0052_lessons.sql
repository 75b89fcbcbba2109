-- What the last days said of the rest of a day: as expected a day ahead and as they came, by half
-- hours, learnt with the forecast that is published. None where the history is too short or coarse.
ALTER TABLE workforce.forecast ADD COLUMN lesson jsonb;
