-- Of a small crew nothing is told: its wrap-up is not written down at all, where -1 stood for that.
ALTER TABLE routing.queue_now ALTER COLUMN wrapup DROP NOT NULL;
UPDATE routing.queue_now SET wrapup = NULL WHERE wrapup < 0;
COMMENT ON COLUMN routing.queue_now.wrapup IS
  'NULL where nothing may be told of what the people of this queue do';
