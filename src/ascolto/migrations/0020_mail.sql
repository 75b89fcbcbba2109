-- E-mail: mailboxes, every mail as it came, which conversation it is, and what is sent out.

ALTER TABLE channels.channel DROP CONSTRAINT channel_kind_check;
ALTER TABLE channels.channel ADD CONSTRAINT channel_kind_check
  CHECK (kind IN ('webchat', 'external', 'email'));
-- An address leads to one channel of the whole server: the listener knows nothing else of a mail.
CREATE UNIQUE INDEX channel_address ON channels.channel (lower(settings ->> 'address'))
  WHERE kind = 'email' AND archived_at IS NULL;

CREATE FUNCTION channels.mailbox_of_address(wanted text)
RETURNS TABLE (tenant_id uuid, channel_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.tenant_id, c.id FROM channels.channel c
   WHERE c.kind = 'email' AND c.active AND c.archived_at IS NULL
     AND (lower(c.settings ->> 'address') = lower(wanted)
          OR (c.settings -> 'aliases') ? lower(wanted))
   ORDER BY lower(c.settings ->> 'address') = lower(wanted) DESC, c.id LIMIT 1
$$;

-- The state of a mailbox: sealed secrets, how far its server has been read, what is wrong.
CREATE TABLE channels.mailbox (
  tenant_id     uuid NOT NULL,
  channel_id    uuid NOT NULL,
  client_id     uuid NOT NULL,
  imap_secret   text,
  smtp_secret   text,
  dkim_secret   text,
  -- What reply addresses are signed with.
  reply_secret  text NOT NULL,
  uidvalidity   bigint,
  -- Mails below the first were there before us and are not ours to take.
  first_uid     bigint NOT NULL DEFAULT 1,
  last_uid      bigint NOT NULL DEFAULT 0,
  leased_by     text,
  leased_until  timestamptz,
  read_at       timestamptz,
  trouble       text,
  trouble_since timestamptz,
  -- Server's mails against ours: when, and what was found.
  reconciled_at timestamptz,
  reconciled    jsonb,
  reconcile_now boolean NOT NULL DEFAULT false,
  PRIMARY KEY (tenant_id, channel_id),
  FOREIGN KEY (tenant_id, channel_id) REFERENCES channels.channel (tenant_id, id)
);
SELECT kit.protect('channels.mailbox');

CREATE FUNCTION channels.tenants_with_mailboxes() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT c.tenant_id FROM channels.channel c
   WHERE c.kind = 'email' AND c.archived_at IS NULL
$$;

-- Every mail that came, byte for byte, written in the transaction that moves the cursor.
CREATE TABLE channels.mail_in (
  tenant_id       uuid NOT NULL,
  id              uuid NOT NULL,
  client_id       uuid NOT NULL,
  channel_id      uuid NOT NULL,
  source          text NOT NULL CHECK (source IN ('imap', 'smtp')),
  uidvalidity     bigint,
  uid             bigint,
  envelope_from   text NOT NULL DEFAULT '',
  envelope_to     text[] NOT NULL DEFAULT '{}',
  sha256          bytea NOT NULL,
  size            bigint NOT NULL,
  -- The same bytes lie once: a second coming names the first.
  copy_of         uuid,
  raw             bytea CHECK ((raw IS NULL) = (copy_of IS NOT NULL)),
  received_at     timestamptz NOT NULL,
  state           text NOT NULL
    CHECK (state IN ('received', 'taken', 'noted', 'copy', 'own', 'quarantined', 'dismissed')),
  attempts        int NOT NULL DEFAULT 0,
  next_try_at     timestamptz NOT NULL,
  reason          text,
  kind            text,
  mail_id         text,
  sender          text NOT NULL DEFAULT '',
  subject         text NOT NULL DEFAULT '',
  -- Why no machine may answer it; empty when one may.
  no_auto_reply   text NOT NULL DEFAULT '',
  conversation_id uuid,
  message_id      uuid,
  about_id        uuid,
  handled_at      timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, channel_id, uidvalidity, uid),
  FOREIGN KEY (tenant_id, channel_id) REFERENCES channels.channel (tenant_id, id)
);
CREATE UNIQUE INDEX mail_in_content ON channels.mail_in (tenant_id, channel_id, sha256)
  WHERE copy_of IS NULL;
CREATE INDEX mail_in_due ON channels.mail_in (tenant_id, next_try_at, id) WHERE state = 'received';
CREATE INDEX mail_in_state ON channels.mail_in (tenant_id, state, id);
CREATE INDEX mail_in_of_id ON channels.mail_in (tenant_id, channel_id, mail_id);
CREATE INDEX mail_in_of_conversation ON channels.mail_in (tenant_id, conversation_id, id);
SELECT kit.protect('channels.mail_in');

CREATE FUNCTION channels.tenants_with_mail_in(until timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT m.tenant_id FROM channels.mail_in m
   WHERE m.state = 'received' AND m.next_try_at <= until
$$;

-- A thread of mails and the conversation it is now.
CREATE TABLE channels.mail_thread (
  tenant_id       uuid NOT NULL,
  id              uuid NOT NULL,
  client_id       uuid NOT NULL,
  channel_id      uuid NOT NULL,
  conversation_id uuid NOT NULL,
  -- The conversation's number when the thread began: what reply addresses and tags name.
  number          bigint NOT NULL,
  subject         text NOT NULL DEFAULT '',
  customer        text NOT NULL DEFAULT '',
  reply_to        text NOT NULL DEFAULT '',
  parties         text[] NOT NULL DEFAULT '{}',
  last_mail_at    timestamptz NOT NULL,
  joined_into     uuid,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, channel_id) REFERENCES channels.channel (tenant_id, id)
);
CREATE INDEX mail_thread_of_conversation ON channels.mail_thread (tenant_id, conversation_id);
CREATE INDEX mail_thread_of_number ON channels.mail_thread (tenant_id, channel_id, number);
SELECT kit.protect('channels.mail_thread');

-- Ids of mails that came, were sent, or were only named by others: all lead to their thread.
CREATE TABLE channels.mail_ref (
  tenant_id  uuid NOT NULL,
  channel_id uuid NOT NULL,
  ref        text NOT NULL CHECK (length(ref) BETWEEN 1 AND 1000),
  client_id  uuid NOT NULL,
  thread_id  uuid NOT NULL,
  PRIMARY KEY (tenant_id, channel_id, ref),
  FOREIGN KEY (tenant_id, thread_id) REFERENCES channels.mail_thread (tenant_id, id)
);
CREATE INDEX mail_ref_of_thread ON channels.mail_ref (tenant_id, thread_id);
SELECT kit.protect('channels.mail_ref');

-- What is to be sent. The id of the mail is fixed before the first attempt and never changes.
CREATE TABLE channels.mail_out (
  tenant_id       uuid NOT NULL,
  id              uuid NOT NULL,
  client_id       uuid NOT NULL,
  channel_id      uuid NOT NULL,
  conversation_id uuid NOT NULL,
  message_id      uuid NOT NULL,
  thread_id       uuid NOT NULL,
  mail_id         text NOT NULL,
  automatic       boolean NOT NULL,
  recipient       text NOT NULL,
  subject         text NOT NULL,
  state           text NOT NULL CHECK (state IN ('queued', 'sending', 'accepted', 'uncertain',
    'bounced', 'delivered', 'failed', 'recalled')),
  attempts        int NOT NULL DEFAULT 0,
  next_try_at     timestamptz NOT NULL,
  -- Once the words are on the wire, nobody but the server knows whether it has them.
  data_began_at   timestamptz,
  raw             bytea,
  last_code       int,
  last_error      text,
  created_at      timestamptz NOT NULL,
  accepted_at     timestamptz,
  settled_at      timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, message_id),
  FOREIGN KEY (tenant_id, channel_id) REFERENCES channels.channel (tenant_id, id),
  FOREIGN KEY (tenant_id, thread_id) REFERENCES channels.mail_thread (tenant_id, id)
);
CREATE UNIQUE INDEX mail_out_of_id ON channels.mail_out (tenant_id, mail_id);
CREATE INDEX mail_out_due ON channels.mail_out (tenant_id, next_try_at)
  WHERE state IN ('queued', 'sending');
CREATE INDEX mail_out_state ON channels.mail_out (tenant_id, state, id);
CREATE INDEX mail_out_of_recipient ON channels.mail_out (tenant_id, channel_id, recipient, id);
SELECT kit.protect('channels.mail_out');

CREATE FUNCTION channels.tenants_with_mail_out(until timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT m.tenant_id FROM channels.mail_out m
   WHERE m.state IN ('queued', 'sending') AND m.next_try_at <= until
$$;

-- Addresses that cannot be reached, as a delivery report said for good.
CREATE TABLE channels.mail_unreachable (
  tenant_id  uuid NOT NULL,
  channel_id uuid NOT NULL,
  address    text NOT NULL,
  client_id  uuid NOT NULL,
  reason     text NOT NULL,
  at         timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, channel_id, address),
  FOREIGN KEY (tenant_id, channel_id) REFERENCES channels.channel (tenant_id, id)
);
SELECT kit.protect('channels.mail_unreachable');

-- What the demo's mail trap caught: nothing of it ever leaves this machine.
CREATE TABLE channels.mail_trapped (
  tenant_id uuid NOT NULL REFERENCES tenancy.tenant (id),
  id        uuid NOT NULL,
  sender    text NOT NULL,
  recipient text NOT NULL,
  raw       bytea NOT NULL,
  at        timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
SELECT kit.protect('channels.mail_trapped');

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA channels FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA channels TO ascolto_app;
