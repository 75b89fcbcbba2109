-- A mail of ours may go to several people and may be one that is passed on: each recipient has a
-- fate of their own, and an attempt is made only for those whose fate is open.
ALTER TABLE channels.mail_out ADD COLUMN kind text NOT NULL DEFAULT 'answer'
  CHECK (kind IN ('answer', 'forward'));

CREATE TABLE channels.mail_out_to (
  tenant_id uuid NOT NULL,
  out_id    uuid NOT NULL,
  client_id uuid NOT NULL,
  address   text NOT NULL,
  role      text NOT NULL CHECK (role IN ('to', 'cc', 'bcc')),
  place     int NOT NULL,
  -- waiting: to be told; uncertain: the words were on the wire; relayed: handed on to a server
  -- that gives no reports; failed: refused to us; bounced: reported back.
  state     text NOT NULL CHECK (state IN ('waiting', 'uncertain', 'accepted', 'delayed', 'relayed',
    'delivered', 'failed', 'bounced')),
  why       text NOT NULL DEFAULT '',
  at        timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, out_id, address),
  FOREIGN KEY (tenant_id, out_id) REFERENCES channels.mail_out (tenant_id, id)
);
SELECT kit.protect('channels.mail_out_to');

INSERT INTO channels.mail_out_to (tenant_id, out_id, client_id, address, role, place, state, why, at)
SELECT tenant_id, id, client_id, recipient, 'to', 0,
       CASE WHEN state IN ('uncertain', 'accepted', 'delivered', 'failed', 'bounced') THEN state
            WHEN data_began_at IS NOT NULL THEN 'uncertain' ELSE 'waiting' END,
       coalesce(last_error, ''), coalesce(settled_at, accepted_at, created_at)
  FROM channels.mail_out;
