-- Customers who were merged by mistake part again, and then so must the conversations that were
-- joined across them. What that takes: whether a conversation was joined to another because both
-- are of one person, though of two customers (mails to one address), and where each thing that
-- goes on elsewhere began.
ALTER TABLE conversations.conversation ADD COLUMN one_person boolean NOT NULL DEFAULT false;
CREATE INDEX conversation_joined ON conversations.conversation (tenant_id, merged_into)
  WHERE merged_into IS NOT NULL;
ALTER TABLE channels.thread ADD COLUMN origin_id uuid;

-- A message that comes by a conversation which goes on elsewhere remembers where it came in and is
-- signed by whose conversation that is. Where the way leads from one customer to another it stops
-- ('across'), until the caller says that they are one person.
DROP FUNCTION conversations.take_in(uuid, uuid, text, text, uuid[], jsonb, text, timestamptz);
CREATE FUNCTION conversations.take_in(
  wanted uuid, message_id uuid, message_text text, message_nonce text, files uuid[],
  message_meta jsonb, shown text, moment timestamptz, across boolean,
  OUT verdict text, OUT c conversations.conversation, OUT m conversations.message, OUT attached jsonb)
LANGUAGE plpgsql AS $$
DECLARE
  tenant uuid := current_setting('ascolto.tenant')::uuid;
  entered conversations.conversation;
  former uuid;
  spans tstzmultirange;
  counted int;
BEGIN
  PERFORM conversations.take_turn(wanted);
  SELECT * INTO c FROM conversations.conversation
   WHERE tenant_id = tenant AND id = wanted FOR UPDATE;
  entered := c;
  WHILE c.merged_into IS NOT NULL LOOP
    former := CASE WHEN c.one_person THEN NULL ELSE c.customer_id END;
    PERFORM conversations.take_turn(c.merged_into);
    SELECT * INTO c FROM conversations.conversation
     WHERE tenant_id = tenant AND id = c.merged_into FOR UPDATE;
    IF former <> c.customer_id AND NOT across THEN
      verdict := 'across';
      RETURN;
    END IF;
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
    moment := greatest(moment, c.last_message_at);
    INSERT INTO conversations.message (tenant_id, id, client_id, conversation_id, seq, kind,
      author_kind, author_id, author_name, text, at, nonce, meta, origin_id)
    VALUES (tenant, message_id, c.client_id, c.id, c.last_seq + 1, 'message',
      'customer', entered.customer_id, entered.customer_name, message_text, moment, message_nonce,
      message_meta, CASE WHEN c.id <> wanted THEN wanted END)
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
REVOKE ALL ON FUNCTION conversations.take_in(
  uuid, uuid, text, text, uuid[], jsonb, text, timestamptz, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION conversations.take_in(
  uuid, uuid, text, text, uuid[], jsonb, text, timestamptz, boolean) TO ascolto_app;
