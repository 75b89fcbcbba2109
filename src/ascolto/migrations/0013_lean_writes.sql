-- Fewer index entries for each thing that is written: what is written most is read by few.

-- The stream's order is the key; nobody looks for an event or a frame by its number alone.
ALTER TABLE kit.event DROP CONSTRAINT event_pkey;
DROP INDEX kit.event_order;
ALTER TABLE kit.event ADD PRIMARY KEY (xid, id);
ALTER TABLE kit.frame DROP CONSTRAINT frame_pkey;
DROP INDEX kit.frame_order;
ALTER TABLE kit.frame ADD PRIMARY KEY (xid, id);

-- A decision is only ever looked for by the work it was made for.
ALTER TABLE routing.decision DROP CONSTRAINT decision_pkey;
DROP INDEX routing.decision_of_item;
ALTER TABLE routing.decision ADD PRIMARY KEY (tenant_id, work_item_id, id);

-- No index but the key begins with what every row of an organisation has: a batch of claims looks
-- its rows up one by one, also when the planner has not yet heard how many there are.
DROP INDEX routing.work_item_of_ref;
CREATE INDEX work_item_of_ref ON routing.work_item (ref);

-- While work lives, answering it and writing it up touch no index: only who has it and whether
-- it is over are in one. Pages keep room for those changes beside the row.
DROP INDEX routing.work_item_live;
DROP INDEX routing.work_item_of_operator;
CREATE INDEX work_item_live ON routing.work_item (tenant_id, operator_id) WHERE ended_at IS NULL;
ALTER TABLE routing.work_item SET (fillfactor = 70);
ALTER TABLE routing.work_item
  ADD CHECK ((state IN ('done', 'cancelled')) = (ended_at IS NOT NULL)) NOT VALID;
