-- In which attempts a recipient's server may have got a mail: what comes back of it proves that one
-- of them arrived, and so something only of those who were named in all of them.
ALTER TABLE channels.mail_out_to ADD COLUMN given_in int[] NOT NULL DEFAULT '{}';
UPDATE channels.mail_out_to AS named SET given_in = ARRAY[mail.attempts]
  FROM channels.mail_out AS mail
  WHERE mail.tenant_id = named.tenant_id AND mail.id = named.out_id AND mail.accepted_at IS NULL
    AND named.state = 'uncertain';
