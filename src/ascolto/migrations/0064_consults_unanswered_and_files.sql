-- From when on a question counts as left without an answer: whoever asked then asks somebody else.
ALTER TABLE conversations.consult ADD COLUMN overdue_at timestamptz;

-- A file that was sent inside. It leaves conversations.attachment, where every way to a customer
-- begins: from here none does.
CREATE TABLE conversations.consult_file (
  tenant_id  uuid NOT NULL,
  id         uuid NOT NULL,
  client_id  uuid NOT NULL,
  consult_id uuid NOT NULL,
  message_id uuid NOT NULL,
  name       text NOT NULL,
  size       bigint NOT NULL,
  type       text NOT NULL,
  sha256     text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, consult_id) REFERENCES conversations.consult (tenant_id, id),
  FOREIGN KEY (tenant_id, message_id) REFERENCES conversations.consult_message (tenant_id, id)
);
CREATE INDEX consult_file_of_message ON conversations.consult_file (tenant_id, message_id);
CREATE INDEX consult_file_of_consult ON conversations.consult_file (tenant_id, consult_id);
CREATE INDEX consult_file_content ON conversations.consult_file (tenant_id, sha256);
SELECT kit.protect('conversations.consult_file');
