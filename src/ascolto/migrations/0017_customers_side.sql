-- What a customer is owed: to know from which country they are answered, clocks that run by the
-- hours of the queue they are in, and nothing lost of what could not be taken in.

-- `calendar_id` names the hours by which the clocks run now (none while every hour counts),
-- `country_told` the country the customer was last told of, `eu_only` their wish to be answered
-- from the Union.
ALTER TABLE conversations.conversation
  ADD COLUMN calendar_id uuid,
  ADD COLUMN country_told text,
  ADD COLUMN eu_only boolean NOT NULL DEFAULT false;

UPDATE conversations.conversation c SET calendar_id = k.default_calendar_id
  FROM tenancy.client k
 WHERE k.tenant_id = c.tenant_id AND k.id = c.client_id AND c.business_hours;

-- The coming openings of each calendar instead of each client: two queues of one client may open
-- at other hours.
DROP TABLE conversations.openings;
CREATE TABLE conversations.openings (
  tenant_id   uuid NOT NULL REFERENCES tenancy.tenant (id),
  calendar_id uuid NOT NULL,
  fingerprint text NOT NULL,
  covers_to   timestamptz NOT NULL,
  spans       tstzmultirange NOT NULL,
  PRIMARY KEY (tenant_id, calendar_id)
);
SELECT kit.protect('conversations.openings');

-- A call keeps the place that the customer had when asking for it, and is followed until it ended.
ALTER TABLE channels.callback
  ADD COLUMN origin_item_id uuid,
  ADD COLUMN place_at timestamptz,
  ADD COLUMN settled_at timestamptz;
CREATE INDEX callback_unsettled ON channels.callback (tenant_id, queued_at)
  WHERE settled_at IS NULL;

-- That a copy of a conversation was mailed, so that nobody sends mail without end by it.
CREATE TABLE channels.transcript (
  tenant_id       uuid NOT NULL REFERENCES tenancy.tenant (id),
  id              uuid NOT NULL,
  client_id       uuid NOT NULL,
  conversation_id uuid NOT NULL,
  at              timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX transcript_of_conversation ON channels.transcript (tenant_id, conversation_id, at);
SELECT kit.protect('channels.transcript');

-- What was handed in and could not be taken in: the same id again finds what it became.
ALTER TABLE channels.handed_in ADD COLUMN quarantine_id uuid;
CREATE INDEX quarantine_open ON conversations.quarantine (tenant_id, id)
  WHERE released_at IS NULL;

-- What customers send in a day is counted for each client.
CREATE INDEX attachment_by_time ON conversations.attachment (tenant_id, client_id, created_at);

-- A customer's message in one statement: lock, recognise a repetition, number, write, set clocks.
-- What follows for the state of the conversation is decided by the caller, who holds the lock.
CREATE OR REPLACE FUNCTION conversations.take_in(
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
       WHERE o.tenant_id = tenant AND o.calendar_id = c.calendar_id;
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
