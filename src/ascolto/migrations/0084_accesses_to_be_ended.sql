-- What renewed the access of a mailbox that was closed or has another provider by now: its provider
-- is still to be told that it is over (RFC 7009). Sealed as it was on the mailbox; the row goes when
-- the provider has been told.
CREATE TABLE channels.access_ending (
  tenant_id           uuid NOT NULL,
  id                  uuid NOT NULL,
  client_id           uuid NOT NULL,
  channel_id          uuid NOT NULL,
  -- The settings of then: where to say it, and as whom.
  oauth               jsonb NOT NULL,
  oauth_secret        text NOT NULL,
  oauth_client_secret text,
  attempts            integer NOT NULL DEFAULT 0,
  due_at              timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, channel_id) REFERENCES channels.channel (tenant_id, id)
);
CREATE INDEX access_ending_due ON channels.access_ending (tenant_id, due_at);
SELECT kit.protect('channels.access_ending');
