-- A question beside a conversation, to a colleague or to a queue of the back office: the customer
-- never sees it. What waits for the back office is a work item of its own.
CREATE TABLE conversations.consult (
  tenant_id       uuid NOT NULL,
  id              uuid NOT NULL,
  client_id       uuid NOT NULL,
  conversation_id uuid NOT NULL,
  subject         text NOT NULL CHECK (length(subject) BETWEEN 1 AND 200),
  state           text NOT NULL CHECK (state IN ('open', 'answered', 'closed')),
  asked_by        uuid NOT NULL,
  asked_by_name   text NOT NULL,
  queue_id        uuid,
  work_item_id    uuid,
  -- Who answers: the colleague who was named, or who took it from the queue.
  operator_id     uuid,
  operator_name   text NOT NULL DEFAULT '',
  nonce           text NOT NULL,
  last_seq        int NOT NULL DEFAULT 0,
  last_side       text NOT NULL DEFAULT 'asking',
  last_text       text NOT NULL DEFAULT '',
  last_at         timestamptz NOT NULL,
  asked_at        timestamptz NOT NULL,
  answered_at     timestamptz,
  closed_at       timestamptz,
  v               int NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, conversation_id)
    REFERENCES conversations.conversation (tenant_id, id),
  CHECK (queue_id IS NOT NULL OR operator_id IS NOT NULL)
);
-- Asking the same twice is asking once, also after the conversation was merged into another.
CREATE UNIQUE INDEX consult_nonce ON conversations.consult (tenant_id, asked_by, nonce);
CREATE INDEX consult_of_conversation
  ON conversations.consult (tenant_id, conversation_id, id DESC);
-- What goes on is read at every start of a desk, what is over grows for ever: each by itself.
CREATE INDEX consult_open ON conversations.consult (tenant_id, conversation_id)
  WHERE state <> 'closed';
CREATE INDEX consult_asked ON conversations.consult (tenant_id, asked_by, id DESC)
  WHERE state <> 'closed';
CREATE INDEX consult_asked_closed ON conversations.consult (tenant_id, asked_by, id DESC)
  WHERE state = 'closed';
CREATE INDEX consult_answering ON conversations.consult (tenant_id, operator_id, id DESC)
  WHERE state <> 'closed';
CREATE INDEX consult_answered ON conversations.consult (tenant_id, operator_id, id DESC)
  WHERE state = 'closed';
CREATE INDEX consult_work ON conversations.consult (tenant_id, work_item_id)
  WHERE work_item_id IS NOT NULL;
SELECT kit.protect('conversations.consult');

CREATE TABLE conversations.consult_message (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  client_id   uuid NOT NULL,
  consult_id  uuid NOT NULL,
  seq         int NOT NULL,
  side        text NOT NULL CHECK (side IN ('asking', 'answering')),
  author_id   uuid,
  author_name text NOT NULL,
  text        text NOT NULL,
  at          timestamptz NOT NULL,
  nonce       text NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, consult_id, seq),
  FOREIGN KEY (tenant_id, consult_id) REFERENCES conversations.consult (tenant_id, id)
);
CREATE UNIQUE INDEX consult_message_nonce
  ON conversations.consult_message (tenant_id, consult_id, author_id, nonce);
SELECT kit.protect('conversations.consult_message');
