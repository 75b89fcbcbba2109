-- Who handed a mail to our door: what its sender's domain says of them can be asked only with it.
ALTER TABLE channels.mail_in
  ADD COLUMN peer text NOT NULL DEFAULT '',
  ADD COLUMN helo text NOT NULL DEFAULT '';
