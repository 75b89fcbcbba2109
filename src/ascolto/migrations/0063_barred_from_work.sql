-- Who may never be offered a piece of work: nobody answers their own question. `excluded` says who
-- has missed or declined it, which time makes good.
ALTER TABLE routing.work_item ADD COLUMN barred uuid[] NOT NULL DEFAULT '{}';
