-- Conversations: what was said, by whom, in what order, and what is owed to whom by when.

CREATE SCHEMA conversations;
GRANT USAGE ON SCHEMA conversations TO ascolto_app;

CREATE TABLE conversations.conversation (
  tenant_id         uuid NOT NULL REFERENCES tenancy.tenant (id),
  id                uuid NOT NULL,
  client_id         uuid NOT NULL,
  number            bigint NOT NULL,
  channel           text NOT NULL CHECK (channel ~ '^[a-z][a-z0-9_]{0,31}$'),
  channel_id        uuid,
  -- The customer's name is kept here too, so that a list reads one table.
  customer_id       uuid NOT NULL,
  customer_name     text NOT NULL DEFAULT '',
  customer_verified boolean NOT NULL DEFAULT false,
  state             text NOT NULL
    CHECK (state IN ('open', 'waiting', 'active', 'wrapup', 'snoozed', 'closed')),
  queue_id          uuid,
  work_item_id      uuid,
  operator_id       uuid,
  operator_name     text NOT NULL DEFAULT '',
  last_operator_id  uuid,
  subject           text NOT NULL DEFAULT '' CHECK (length(subject) <= 300),
  preview           text NOT NULL DEFAULT '',
  language          text NOT NULL DEFAULT 'it',
  tags              text[] NOT NULL DEFAULT '{}',
  meta              jsonb NOT NULL DEFAULT '{}',
  search            text NOT NULL DEFAULT '',
  unread            int NOT NULL DEFAULT 0,
  received          int NOT NULL DEFAULT 0,
  last_seq          int NOT NULL DEFAULT 0,
  last_customer_seq int NOT NULL DEFAULT 0,
  last_message_at   timestamptz,
  last_from         text,
  opened_at         timestamptz NOT NULL,
  closed_at         timestamptz,
  snoozed_until     timestamptz,
  outcome           text,
  reason1           uuid,
  reason2           uuid,
  close_note        text NOT NULL DEFAULT '',
  promise           jsonb,
  merged_into       uuid,
  -- The clocks. The first three are what was promised when it opened; see clocks.py.
  first_s           int,
  next_s            int,
  resolution_s      int,
  business_hours    boolean NOT NULL DEFAULT false,
  waiting_since     timestamptz,
  first_replied_at  timestamptz,
  reply_due_at      timestamptz,
  resolution_due_at timestamptz,
  resolution_left_s double precision,
  due_at            timestamptz,
  due_kind          text CHECK (due_kind IN ('first_response', 'next_response', 'resolution')),
  v                 int NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, number),
  FOREIGN KEY (tenant_id, merged_into) REFERENCES conversations.conversation (tenant_id, id)
) WITH (fillfactor = 80);
-- No index names what changes with each message, so that such updates stay on their page.
CREATE INDEX conversation_live ON conversations.conversation (tenant_id, client_id, state)
  WHERE state <> 'closed';
CREATE INDEX conversation_of_operator ON conversations.conversation (tenant_id, operator_id, state)
  WHERE operator_id IS NOT NULL;
CREATE INDEX conversation_closed ON conversations.conversation (tenant_id, closed_at DESC, id)
  WHERE state = 'closed';
CREATE INDEX conversation_opened ON conversations.conversation (tenant_id, opened_at, id);
CREATE INDEX conversation_of_customer ON conversations.conversation
  (tenant_id, customer_id, opened_at DESC);
CREATE INDEX conversation_to_wake ON conversations.conversation (snoozed_until)
  WHERE state = 'snoozed';
CREATE INDEX conversation_of_work_item ON conversations.conversation (tenant_id, work_item_id)
  WHERE work_item_id IS NOT NULL;
SELECT kit.protect('conversations.conversation');

CREATE TABLE conversations.message (
  tenant_id       uuid NOT NULL,
  id              uuid NOT NULL,
  client_id       uuid NOT NULL,
  conversation_id uuid NOT NULL,
  seq             int NOT NULL,
  kind            text NOT NULL CHECK (kind IN ('message', 'note', 'event')),
  author_kind     text NOT NULL CHECK (author_kind IN ('customer', 'operator', 'assistant', 'system')),
  author_id       uuid,
  author_name     text NOT NULL DEFAULT '',
  text            text NOT NULL,
  at              timestamptz NOT NULL,
  nonce           text CHECK (length(nonce) BETWEEN 1 AND 100),
  delivery        text NOT NULL DEFAULT 'sent' CHECK (delivery IN ('sent', 'delivered', 'failed')),
  meta            jsonb NOT NULL DEFAULT '{}',
  origin_id       uuid,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, conversation_id, seq),
  FOREIGN KEY (tenant_id, conversation_id)
    REFERENCES conversations.conversation (tenant_id, id)
);
-- The same message sent twice is one message: each side picks its own nonces.
CREATE UNIQUE INDEX message_nonce ON conversations.message
  (tenant_id, conversation_id, author_kind, nonce) WHERE nonce IS NOT NULL;
SELECT kit.protect('conversations.message');

CREATE TABLE conversations.attachment (
  tenant_id       uuid NOT NULL,
  id              uuid NOT NULL,
  client_id       uuid NOT NULL,
  conversation_id uuid NOT NULL,
  message_id      uuid,
  uploader_kind   text NOT NULL CHECK (uploader_kind IN ('customer', 'operator', 'system')),
  name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
  size            bigint NOT NULL CHECK (size > 0),
  type            text NOT NULL,
  sha256          text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  created_at      timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, conversation_id)
    REFERENCES conversations.conversation (tenant_id, id),
  FOREIGN KEY (tenant_id, message_id) REFERENCES conversations.message (tenant_id, id)
);
CREATE INDEX attachment_of_message ON conversations.attachment (tenant_id, message_id);
CREATE INDEX attachment_content ON conversations.attachment (tenant_id, sha256);
CREATE INDEX attachment_unsent ON conversations.attachment (tenant_id, created_at)
  WHERE message_id IS NULL;
SELECT kit.protect('conversations.attachment');

CREATE TABLE conversations.draft (
  tenant_id       uuid NOT NULL,
  conversation_id uuid NOT NULL,
  operator_id     uuid NOT NULL,
  kind            text NOT NULL CHECK (kind IN ('reply', 'note')),
  client_id       uuid NOT NULL,
  text            text NOT NULL,
  rev             int NOT NULL,
  updated_at      timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, conversation_id, operator_id, kind),
  FOREIGN KEY (tenant_id, conversation_id)
    REFERENCES conversations.conversation (tenant_id, id)
);
SELECT kit.protect('conversations.draft');

CREATE TABLE conversations.read_mark (
  tenant_id       uuid NOT NULL,
  conversation_id uuid NOT NULL,
  operator_id     uuid NOT NULL,
  client_id       uuid NOT NULL,
  seq             int NOT NULL,
  at              timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, conversation_id, operator_id),
  FOREIGN KEY (tenant_id, conversation_id)
    REFERENCES conversations.conversation (tenant_id, id)
);
SELECT kit.protect('conversations.read_mark');

CREATE TABLE conversations.mention (
  tenant_id       uuid NOT NULL,
  id              uuid NOT NULL,
  client_id       uuid NOT NULL,
  conversation_id uuid NOT NULL,
  message_id      uuid NOT NULL,
  operator_id     uuid NOT NULL,
  at              timestamptz NOT NULL,
  seen_at         timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, message_id) REFERENCES conversations.message (tenant_id, id)
);
CREATE INDEX mention_of_operator ON conversations.mention (tenant_id, operator_id, id DESC);
SELECT kit.protect('conversations.mention');

CREATE TABLE conversations.survey (
  tenant_id       uuid NOT NULL,
  id              uuid NOT NULL,
  client_id       uuid NOT NULL,
  conversation_id uuid NOT NULL,
  score           int NOT NULL CHECK (score BETWEEN 1 AND 5),
  text            text NOT NULL DEFAULT '',
  at              timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, conversation_id),
  FOREIGN KEY (tenant_id, conversation_id)
    REFERENCES conversations.conversation (tenant_id, id)
);
SELECT kit.protect('conversations.survey');

CREATE TABLE conversations.canned (
  tenant_id   uuid NOT NULL REFERENCES tenancy.tenant (id),
  id          uuid NOT NULL,
  client_id   uuid,
  key         text NOT NULL CHECK (length(key) BETWEEN 1 AND 60),
  title       text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  text        text NOT NULL CHECK (length(text) BETWEEN 1 AND 10000),
  language    text,
  v           int NOT NULL DEFAULT 1,
  archived_at timestamptz,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX canned_key ON conversations.canned
  (tenant_id, client_id, lower(key), language) NULLS NOT DISTINCT WHERE archived_at IS NULL;
SELECT kit.protect('conversations.canned');

CREATE TABLE conversations.reason (
  tenant_id   uuid NOT NULL REFERENCES tenancy.tenant (id),
  id          uuid NOT NULL,
  client_id   uuid,
  parent_id   uuid,
  name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  position    int NOT NULL DEFAULT 0,
  archived_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, parent_id) REFERENCES conversations.reason (tenant_id, id)
);
CREATE UNIQUE INDEX reason_name ON conversations.reason
  (tenant_id, client_id, parent_id, lower(name)) NULLS NOT DISTINCT WHERE archived_at IS NULL;
SELECT kit.protect('conversations.reason');

CREATE TABLE conversations.tag (
  tenant_id uuid NOT NULL REFERENCES tenancy.tenant (id),
  id        uuid NOT NULL,
  client_id uuid NOT NULL,
  name      text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, client_id, name)
);
SELECT kit.protect('conversations.tag');

-- Something came in that could not be placed: kept and counted until a person has looked.
CREATE TABLE conversations.quarantine (
  tenant_id   uuid NOT NULL REFERENCES tenancy.tenant (id),
  id          uuid NOT NULL,
  client_id   uuid,
  channel     text NOT NULL,
  reason      text NOT NULL,
  content     jsonb NOT NULL,
  at          timestamptz NOT NULL,
  released_at timestamptz,
  released_by jsonb,
  PRIMARY KEY (tenant_id, id)
);
SELECT kit.protect('conversations.quarantine');

-- The coming openings of each client, so that a clock can be set inside one statement. Written
-- anew whenever a conversation opens and finds them out of date.
CREATE TABLE conversations.openings (
  tenant_id   uuid NOT NULL REFERENCES tenancy.tenant (id),
  client_id   uuid NOT NULL,
  fingerprint text NOT NULL,
  covers_to   timestamptz NOT NULL,
  spans       tstzmultirange NOT NULL,
  PRIMARY KEY (tenant_id, client_id)
);
SELECT kit.protect('conversations.openings');

-- The moment at which so many opening seconds have passed: OpeningHours.add_business_seconds.
CREATE FUNCTION conversations.after_open_seconds(
  spans tstzmultirange, start timestamptz, seconds double precision)
RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN seconds IS NULL THEN NULL
    WHEN spans IS NULL THEN start + make_interval(secs => seconds)
    WHEN seconds <= 0 THEN start
    ELSE COALESCE(
      (SELECT s.closes - make_interval(secs => s.upto - seconds)
         FROM (SELECT upper(r) AS closes,
                      sum(extract(epoch FROM upper(r) - greatest(lower(r), start)))
                        OVER (ORDER BY lower(r))::double precision AS upto
                 FROM unnest(spans) AS r
                WHERE upper(r) > start) s
        WHERE s.upto >= seconds ORDER BY s.closes LIMIT 1),
      upper(spans))
  END
$$;

-- One sequence of case numbers for each organisation; a number may be skipped, never used twice.
CREATE FUNCTION conversations.next_number() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  tenant uuid := current_setting('ascolto.tenant')::uuid;
  name text := 'number_' || replace(tenant::text, '-', '');
BEGIN
  IF to_regclass('conversations.' || name) IS NULL THEN
    PERFORM pg_advisory_xact_lock(hashtextextended(name, 0));
    EXECUTE format('CREATE SEQUENCE IF NOT EXISTS conversations.%I', name);
  END IF;
  RETURN nextval(('conversations.' || name)::regclass);
END $$;

-- Promises that were not kept: each is told once, whichever node saw it first.
CREATE TABLE conversations.missed (
  tenant_id       uuid NOT NULL,
  conversation_id uuid NOT NULL,
  kind            text NOT NULL CHECK (kind IN ('first_response', 'next_response', 'resolution')),
  due_at          timestamptz NOT NULL,
  client_id       uuid NOT NULL,
  told_at         timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, conversation_id, kind, due_at),
  FOREIGN KEY (tenant_id, conversation_id)
    REFERENCES conversations.conversation (tenant_id, id)
);
SELECT kit.protect('conversations.missed');

-- What is overdue in any organisation and was not told yet.
CREATE FUNCTION conversations.overdue(until timestamptz)
RETURNS TABLE (tenant_id uuid, conversation_id uuid, client_id uuid, kind text, due_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.tenant_id, c.id, c.client_id, d.kind, d.due_at
    FROM conversations.conversation c
    CROSS JOIN LATERAL (VALUES
      (CASE WHEN c.first_replied_at IS NULL THEN 'first_response' ELSE 'next_response' END,
       c.reply_due_at),
      ('resolution', c.resolution_due_at)) AS d (kind, due_at)
   WHERE c.state <> 'closed' AND d.due_at <= until
     AND NOT EXISTS (
       SELECT 1 FROM conversations.missed m
        WHERE m.tenant_id = c.tenant_id AND m.conversation_id = c.id
          AND m.kind = d.kind AND m.due_at = d.due_at)
   LIMIT 1000
$$;

CREATE FUNCTION conversations.tenants_to_wake(until timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT c.tenant_id FROM conversations.conversation c
   WHERE c.state = 'snoozed' AND c.snoozed_until <= until
$$;

-- Writers of one conversation take turns. Waiting for a row would number a transaction before it
-- writes; waiting here does not, so the stream tells a thread's lines in the order of their seq.
CREATE FUNCTION conversations.take_turn(wanted uuid) RETURNS void LANGUAGE sql VOLATILE AS $$
  SELECT pg_advisory_xact_lock(hashtextextended(wanted::text, 8))
$$;

-- A conversation held for one writer, and what that side has sent with a nonce before. A function,
-- because only its later statements see what was written while it waited for its turn.
CREATE FUNCTION conversations.hold(
  wanted uuid, side text, side_nonce text, OUT c conversations.conversation, OUT known uuid)
LANGUAGE plpgsql AS $$
DECLARE
  tenant uuid := current_setting('ascolto.tenant')::uuid;
BEGIN
  PERFORM conversations.take_turn(wanted);
  SELECT * INTO c FROM conversations.conversation
   WHERE tenant_id = tenant AND id = wanted FOR UPDATE;
  IF c.id IS NOT NULL AND side_nonce IS NOT NULL THEN
    SELECT m.id INTO known FROM conversations.message m
     WHERE m.tenant_id = tenant AND m.conversation_id = wanted AND m.author_kind = side
       AND m.nonce = side_nonce;
  END IF;
END $$;

-- A customer's message in one statement: lock, recognise a repetition, number, write, set clocks.
-- What follows for the state of the conversation is decided by the caller, who holds the lock.
CREATE FUNCTION conversations.take_in(
  wanted uuid, message_id uuid, message_text text, message_nonce text, files uuid[],
  message_meta jsonb, shown text, moment timestamptz,
  OUT verdict text, OUT c conversations.conversation, OUT m conversations.message, OUT attached jsonb)
LANGUAGE plpgsql AS $$
DECLARE
  tenant uuid := current_setting('ascolto.tenant')::uuid;
  spans tstzmultirange;
  counted int;
BEGIN
  PERFORM conversations.take_turn(wanted);
  SELECT * INTO c FROM conversations.conversation
   WHERE tenant_id = tenant AND id = wanted FOR UPDATE;
  WHILE c.merged_into IS NOT NULL LOOP
    PERFORM conversations.take_turn(c.merged_into);
    SELECT * INTO c FROM conversations.conversation
     WHERE tenant_id = tenant AND id = c.merged_into FOR UPDATE;
  END LOOP;
  IF c.id IS NULL THEN
    verdict := 'missing';
    RETURN;
  END IF;
  SELECT * INTO m FROM conversations.message
   WHERE tenant_id = tenant AND conversation_id = c.id AND author_kind = 'customer'
     AND nonce = message_nonce;
  IF FOUND THEN
    verdict := CASE WHEN m.text = message_text THEN 'known' ELSE 'clash' END;
  ELSE
    INSERT INTO conversations.message (tenant_id, id, client_id, conversation_id, seq, kind,
      author_kind, author_id, author_name, text, at, nonce, meta)
    VALUES (tenant, message_id, c.client_id, c.id, c.last_seq + 1, 'message',
      'customer', c.customer_id, c.customer_name, message_text, moment, message_nonce, message_meta)
    RETURNING * INTO m;
    IF cardinality(files) > 0 THEN
      UPDATE conversations.attachment a SET message_id = m.id
       WHERE a.tenant_id = tenant AND a.id = ANY(files) AND a.message_id IS NULL
         AND a.conversation_id IN (c.id, wanted) AND a.uploader_kind = 'customer';
      GET DIAGNOSTICS counted = ROW_COUNT;
      IF counted <> cardinality(files) THEN
        verdict := 'files';
        RETURN;
      END IF;
      IF shown = '' THEN
        SELECT left(string_agg(a.name, ', ' ORDER BY a.id), 140) INTO shown
          FROM conversations.attachment a WHERE a.tenant_id = tenant AND a.message_id = m.id;
      END IF;
    END IF;
    IF c.business_hours AND (c.waiting_since IS NULL OR c.resolution_left_s IS NOT NULL) THEN
      SELECT o.spans INTO spans FROM conversations.openings o
       WHERE o.tenant_id = tenant AND o.client_id = c.client_id;
    END IF;
    IF c.waiting_since IS NULL THEN
      c.waiting_since := moment;
      c.reply_due_at := conversations.after_open_seconds(spans, moment,
        CASE WHEN c.first_replied_at IS NULL THEN c.first_s ELSE c.next_s END);
    END IF;
    IF c.resolution_left_s IS NOT NULL THEN
      c.resolution_due_at := conversations.after_open_seconds(spans, moment, c.resolution_left_s);
      c.resolution_left_s := NULL;
    END IF;
    c.due_at := least(c.reply_due_at, c.resolution_due_at);
    c.due_kind := CASE
      WHEN c.due_at IS NULL THEN NULL
      WHEN c.due_at IS DISTINCT FROM c.reply_due_at THEN 'resolution'
      WHEN c.first_replied_at IS NULL THEN 'first_response'
      ELSE 'next_response' END;
    UPDATE conversations.conversation x
       SET last_seq = m.seq, last_customer_seq = m.seq, received = x.received + 1,
           unread = x.unread + 1, last_message_at = moment, last_from = 'customer',
           preview = shown, waiting_since = c.waiting_since, reply_due_at = c.reply_due_at,
           resolution_due_at = c.resolution_due_at, resolution_left_s = c.resolution_left_s,
           due_at = c.due_at, due_kind = c.due_kind, v = x.v + 1
     WHERE x.tenant_id = tenant AND x.id = c.id
    RETURNING * INTO c;
    verdict := 'stored';
  END IF;
  SELECT COALESCE(jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name, 'size', a.size,
           'type', a.type) ORDER BY a.id), '[]') INTO attached
    FROM conversations.attachment a WHERE a.tenant_id = tenant AND a.message_id = m.id;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA conversations FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA conversations TO ascolto_app;
