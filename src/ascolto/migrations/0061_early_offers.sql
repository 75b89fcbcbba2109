-- Who wishes to see offers to come earlier finds them on their own page before their shift too;
-- nothing is sent to anybody (L. 81/2017 art. 19).
ALTER TABLE workforce.wishes ADD COLUMN early_offers boolean NOT NULL DEFAULT false;
