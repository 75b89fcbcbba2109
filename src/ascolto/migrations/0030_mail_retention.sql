-- The bytes of a mail are forgotten after a client's time; what was read from them stays.
ALTER TABLE channels.mail_in ADD COLUMN forgotten_at timestamptz;
ALTER TABLE channels.mail_in DROP CONSTRAINT mail_in_check;
ALTER TABLE channels.mail_in ADD CONSTRAINT mail_in_raw_check
  CHECK ((raw IS NULL) = (copy_of IS NOT NULL OR forgotten_at IS NOT NULL));
CREATE INDEX mail_in_raw ON channels.mail_in (tenant_id, client_id, received_at)
  WHERE raw IS NOT NULL;
CREATE INDEX mail_in_copies ON channels.mail_in (tenant_id, copy_of) WHERE copy_of IS NOT NULL;
CREATE INDEX mail_out_raw ON channels.mail_out (tenant_id, client_id, created_at)
  WHERE raw IS NOT NULL;
