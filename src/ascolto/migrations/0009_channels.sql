-- Channels: the doors customers come in by, the keys they hold, and what is sent out to programs.

CREATE SCHEMA channels;
GRANT USAGE ON SCHEMA channels TO ascolto_app;

CREATE TABLE channels.channel (
  tenant_id   uuid NOT NULL REFERENCES tenancy.tenant (id),
  id          uuid NOT NULL,
  client_id   uuid NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('webchat', 'external')),
  -- How conversations of this door are called in queues and figures: webchat, whatsapp, sms …
  label       text NOT NULL CHECK (label ~ '^[a-z][a-z0-9_]{1,30}$'),
  name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
  public_key  text NOT NULL CHECK (public_key ~ '^[A-Za-z0-9_-]{4,64}$'),
  queue_id    uuid NOT NULL,
  settings    jsonb NOT NULL DEFAULT '{}',
  active      boolean NOT NULL DEFAULT true,
  created_at  timestamptz NOT NULL,
  archived_at timestamptz,
  v           int NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX channel_key ON channels.channel (public_key);
CREATE UNIQUE INDEX channel_name ON channels.channel (tenant_id, client_id, lower(name))
  WHERE archived_at IS NULL;
SELECT kit.protect('channels.channel');

-- A visitor's browser knows a key, not an organisation.
CREATE FUNCTION channels.tenant_of_key(wanted text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.tenant_id FROM channels.channel c
   WHERE c.public_key = wanted AND c.active AND c.archived_at IS NULL
$$;

-- A start that was sent twice is one conversation. The row goes after a while.
CREATE TABLE channels.opening (
  tenant_id       uuid NOT NULL,
  channel_id      uuid NOT NULL,
  nonce           text NOT NULL CHECK (length(nonce) BETWEEN 16 AND 100),
  client_id       uuid NOT NULL,
  fingerprint     bytea NOT NULL,
  conversation_id uuid,
  at              timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, channel_id, nonce),
  FOREIGN KEY (tenant_id, channel_id) REFERENCES channels.channel (tenant_id, id)
);
CREATE INDEX opening_by_time ON channels.opening (at);
SELECT kit.protect('channels.opening');

-- What a customer's browser holds: good for one conversation, stored as a fingerprint.
CREATE TABLE channels.pass (
  tenant_id       uuid NOT NULL,
  id              uuid NOT NULL,
  client_id       uuid NOT NULL,
  channel_id      uuid NOT NULL,
  conversation_id uuid NOT NULL,
  customer_id     uuid NOT NULL,
  customer_name   text NOT NULL DEFAULT '',
  secret_hash     bytea NOT NULL,
  created_at      timestamptz NOT NULL,
  expires_at      timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, channel_id) REFERENCES channels.channel (tenant_id, id)
);
CREATE UNIQUE INDEX pass_secret ON channels.pass (tenant_id, secret_hash);
CREATE INDEX pass_of_conversation ON channels.pass (tenant_id, conversation_id);
CREATE INDEX pass_by_expiry ON channels.pass (expires_at);
SELECT kit.protect('channels.pass');

-- A link by mail that opens a conversation on another device, once and for a short while.
CREATE TABLE channels.resume_link (
  tenant_id       uuid NOT NULL,
  id              uuid NOT NULL,
  client_id       uuid NOT NULL,
  channel_id      uuid NOT NULL,
  conversation_id uuid NOT NULL,
  customer_id     uuid NOT NULL,
  customer_name   text NOT NULL DEFAULT '',
  email           text NOT NULL,
  secret_hash     bytea NOT NULL,
  created_at      timestamptz NOT NULL,
  expires_at      timestamptz NOT NULL,
  used_at         timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, channel_id) REFERENCES channels.channel (tenant_id, id)
);
CREATE UNIQUE INDEX resume_link_secret ON channels.resume_link (tenant_id, secret_hash);
CREATE INDEX resume_link_of_conversation ON channels.resume_link (tenant_id, conversation_id);
CREATE INDEX resume_link_by_expiry ON channels.resume_link (expires_at);
SELECT kit.protect('channels.resume_link');

-- A client's own server vouches for who is on its page: good once, for a few minutes.
CREATE TABLE channels.ticket (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  client_id   uuid NOT NULL,
  channel_id  uuid NOT NULL,
  kind        text NOT NULL,
  value       text NOT NULL,
  name        text NOT NULL DEFAULT '',
  secret_hash bytea NOT NULL,
  created_at  timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL,
  -- The start it was used for: the same start may come twice.
  nonce       text,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, channel_id) REFERENCES channels.channel (tenant_id, id)
);
CREATE UNIQUE INDEX ticket_secret ON channels.ticket (tenant_id, secret_hash);
CREATE INDEX ticket_by_expiry ON channels.ticket (expires_at);
SELECT kit.protect('channels.ticket');

-- "Call me": a conversation of its own that joins the queue when its time has come.
CREATE TABLE channels.callback (
  tenant_id       uuid NOT NULL,
  id              uuid NOT NULL,
  client_id       uuid NOT NULL,
  origin_id       uuid NOT NULL,
  conversation_id uuid NOT NULL,
  phone           text NOT NULL CHECK (length(phone) BETWEEN 4 AND 32),
  wanted_at       timestamptz,
  call_at         timestamptz NOT NULL,
  queued_at       timestamptz,
  created_at      timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX callback_of_origin ON channels.callback (tenant_id, origin_id);
CREATE INDEX callback_due ON channels.callback (call_at) WHERE queued_at IS NULL;
SELECT kit.protect('channels.callback');

-- Other people's programs that want to hear what happens. Secrets lie sealed, never in the clear.
CREATE TABLE channels.webhook (
  tenant_id     uuid NOT NULL REFERENCES tenancy.tenant (id),
  id            uuid NOT NULL,
  client_id     uuid,
  name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
  url           text NOT NULL CHECK (length(url) <= 2000),
  kinds         text[] NOT NULL CHECK (cardinality(kinds) BETWEEN 1 AND 50),
  secret        text NOT NULL,
  former_secret text,
  former_until  timestamptz,
  active        boolean NOT NULL DEFAULT true,
  -- Attempts that failed since one succeeded; too many switch it off.
  failures      int NOT NULL DEFAULT 0,
  disabled_at   timestamptz,
  created_at    timestamptz NOT NULL,
  v             int NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id)
);
SELECT kit.protect('channels.webhook');

CREATE TABLE channels.delivery (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  webhook_id  uuid NOT NULL,
  client_id   uuid,
  event_id    bigint NOT NULL,
  kind        text NOT NULL,
  -- What the event is about: deliveries about one thing go out in its order.
  about       text NOT NULL,
  body        jsonb NOT NULL,
  state       text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'failed')),
  attempts    int NOT NULL DEFAULT 0,
  next_try_at timestamptz NOT NULL,
  last_status int,
  last_error  text,
  created_at  timestamptz NOT NULL,
  sent_at     timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, webhook_id, event_id),
  FOREIGN KEY (tenant_id, webhook_id) REFERENCES channels.webhook (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX delivery_due ON channels.delivery (next_try_at) WHERE state = 'pending';
CREATE INDEX delivery_order ON channels.delivery (tenant_id, webhook_id, about, event_id)
  WHERE state = 'pending';
SELECT kit.protect('channels.delivery');

CREATE FUNCTION channels.tenants_with_deliveries(until timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT d.tenant_id FROM channels.delivery d
   WHERE d.state = 'pending' AND d.next_try_at <= until
$$;

-- A thread of an external channel and the conversation it is now.
CREATE TABLE channels.thread (
  tenant_id       uuid NOT NULL,
  channel_id      uuid NOT NULL,
  thread          text NOT NULL CHECK (length(thread) BETWEEN 1 AND 300),
  client_id       uuid NOT NULL,
  conversation_id uuid NOT NULL,
  customer_id     uuid NOT NULL,
  PRIMARY KEY (tenant_id, channel_id, thread),
  FOREIGN KEY (tenant_id, channel_id) REFERENCES channels.channel (tenant_id, id)
);
CREATE INDEX thread_of_conversation ON channels.thread (tenant_id, conversation_id);
SELECT kit.protect('channels.thread');

-- What an external program has handed in: handed in twice is one message.
CREATE TABLE channels.handed_in (
  tenant_id       uuid NOT NULL,
  channel_id      uuid NOT NULL,
  external_id     text NOT NULL CHECK (length(external_id) BETWEEN 1 AND 300),
  client_id       uuid NOT NULL,
  fingerprint     bytea NOT NULL,
  conversation_id uuid,
  message_id      uuid,
  at              timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, channel_id, external_id),
  FOREIGN KEY (tenant_id, channel_id) REFERENCES channels.channel (tenant_id, id)
);
CREATE INDEX handed_in_by_time ON channels.handed_in (at);
SELECT kit.protect('channels.handed_in');

-- What is to be carried to customers by an external program. Places are given out in the order of
-- commits (batches of the log come one after the other), and outlive a restore on another server.
CREATE SEQUENCE channels.outbound_place AS bigint;
GRANT USAGE ON SEQUENCE channels.outbound_place TO ascolto_app;
CREATE TABLE channels.outbound (
  tenant_id       uuid NOT NULL,
  channel_id      uuid NOT NULL,
  place           bigint NOT NULL DEFAULT nextval('channels.outbound_place'),
  event_id        bigint NOT NULL,
  client_id       uuid NOT NULL,
  thread          text NOT NULL,
  conversation_id uuid NOT NULL,
  message_id      uuid NOT NULL,
  at              timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, channel_id, place),
  UNIQUE (tenant_id, channel_id, event_id),
  FOREIGN KEY (tenant_id, channel_id) REFERENCES channels.channel (tenant_id, id)
);
CREATE INDEX outbound_by_time ON channels.outbound (at);
SELECT kit.protect('channels.outbound');

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA channels FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA channels TO ascolto_app;
