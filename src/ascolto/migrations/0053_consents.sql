-- What customers have said about mails that nobody asked for. The last word on a purpose holds;
-- none is ever changed or taken away, so that it can be shown who agreed to what, and when.
-- A word belongs to the address it was said with: a link proves no more than that.
CREATE TABLE customers.consent (
  tenant_id    uuid NOT NULL,
  id           uuid NOT NULL,
  client_id    uuid NOT NULL,
  kind         text NOT NULL CHECK (kind ~ '^[a-z][a-z0-9_]{0,31}$'),
  key          text NOT NULL CHECK (length(key) BETWEEN 1 AND 320),
  purpose      text NOT NULL CHECK (purpose IN ('survey', 'notice')),
  given        boolean NOT NULL,
  at           timestamptz NOT NULL,
  source       text NOT NULL CHECK (source IN ('page', 'one_click')),
  -- Which text was agreed to or refused, and its words as they were shown.
  text_version text NOT NULL CHECK (length(text_version) BETWEEN 1 AND 40),
  words        text NOT NULL CHECK (length(words) BETWEEN 1 AND 2000),
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX consent_of_address
  ON customers.consent (tenant_id, client_id, kind, key, purpose, id DESC);
SELECT kit.protect('customers.consent', append_only => true);

-- A question by mail after a conversation by mail: one for each conversation, asked or left out.
CREATE TABLE channels.invitation (
  tenant_id       uuid NOT NULL,
  id              uuid NOT NULL,
  client_id       uuid NOT NULL,
  channel_id      uuid NOT NULL,
  conversation_id uuid NOT NULL,
  state           text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'left_out')),
  why             text,
  address_key     text,
  secret_hash     bytea,
  mail_id         uuid,
  due_at          timestamptz NOT NULL,
  decided_at      timestamptz,
  expires_at      timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, conversation_id),
  FOREIGN KEY (tenant_id, conversation_id)
    REFERENCES conversations.conversation (tenant_id, id),
  FOREIGN KEY (tenant_id, channel_id) REFERENCES channels.channel (tenant_id, id)
);
CREATE INDEX invitation_due ON channels.invitation (tenant_id, due_at) WHERE state = 'waiting';
CREATE INDEX invitation_of_address
  ON channels.invitation (tenant_id, client_id, address_key, decided_at)
  WHERE state = 'sent';
CREATE UNIQUE INDEX invitation_secret ON channels.invitation (tenant_id, secret_hash);
SELECT kit.protect('channels.invitation');

-- Where whoever gets a mail that they did not ask for says that they want no more (RFC 2369).
ALTER TABLE kit.outgoing_mail ADD COLUMN unsubscribe text;
COMMENT ON COLUMN kit.outgoing_mail.unsubscribe IS
  'A link that changes what somebody is sent: emptied with the body.';
