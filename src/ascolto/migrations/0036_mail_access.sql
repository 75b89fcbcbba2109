-- Providers that give out access for a while instead of passwords (OAuth 2.0): what renews it, and
-- the access itself, which all nodes share. All of it is sealed.
ALTER TABLE channels.mailbox
  ADD COLUMN oauth_secret text,
  ADD COLUMN oauth_client_secret text,
  ADD COLUMN oauth_access text,
  ADD COLUMN oauth_until timestamptz,
  -- Why the access could not be renewed; a person has to look.
  ADD COLUMN oauth_trouble text;
