-- Replies that their writers may still take back. The server keeps them, so that they leave at
-- their time whatever becomes of the page on which they were written.
CREATE TABLE conversations.going_out (
  tenant_id       uuid NOT NULL,
  id              uuid NOT NULL,
  client_id       uuid NOT NULL,
  conversation_id uuid NOT NULL,
  operator_id     uuid NOT NULL,
  operator_name   text NOT NULL,
  text            text NOT NULL,
  nonce           text NOT NULL CHECK (length(nonce) BETWEEN 1 AND 100),
  files           uuid[] NOT NULL DEFAULT '{}',
  -- The customer's last line when it was written: what came later is not read by sending it.
  seen_seq        int NOT NULL,
  leaves_at       timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, conversation_id, nonce),
  FOREIGN KEY (tenant_id, conversation_id)
    REFERENCES conversations.conversation (tenant_id, id)
);
CREATE INDEX going_out_due ON conversations.going_out (leaves_at);
SELECT kit.protect('conversations.going_out');

CREATE FUNCTION conversations.tenants_going_out(until timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT g.tenant_id FROM conversations.going_out g WHERE g.leaves_at <= until
$$;
REVOKE ALL ON FUNCTION conversations.tenants_going_out(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION conversations.tenants_going_out(timestamptz) TO ascolto_app;
