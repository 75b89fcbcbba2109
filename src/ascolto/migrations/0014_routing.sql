-- Waits that outlive their leader, and a country that says where it comes from.

-- How fast a queue goes and how wrong its promises were: whoever leads next goes on from there,
-- and any node can work out the wait of somebody's own place in the line.
ALTER TABLE routing.queue_now ADD COLUMN pace jsonb;

-- The country is the one that the session told or, while it tells none, the one on the person's
-- record, which may still change.
ALTER TABLE routing.presence ADD COLUMN country_told boolean NOT NULL DEFAULT true;
