-- What comes back of a mail while it is still being sent is kept until the attempt has ended.
ALTER TABLE channels.mail_out ADD COLUMN heard_at timestamptz;
