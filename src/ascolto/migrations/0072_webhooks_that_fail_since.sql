-- Since when a webhook has not been heard at all. Fifty failures may fall into one short outage of
-- a busy hour; only a long silence switches it off.
ALTER TABLE channels.webhook ADD COLUMN failing_since timestamptz;
