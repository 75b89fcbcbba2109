-- Said in the transaction of the request itself: what was done under a key is never done again, not
-- even when the server died before the answer was kept.
ALTER TABLE web.idempotent_answer ADD COLUMN done boolean NOT NULL DEFAULT false;
