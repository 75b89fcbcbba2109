-- What a customer says of mails nobody asked for to a person, by phone or in writing: whoever
-- writes it down says who they are, and of a yes where it comes from, since it has to be shown
-- that it was given (GDPR, art. 7.1). A no needs nothing more: it is as easy as a yes (art. 7.3).
ALTER TABLE customers.consent
  DROP CONSTRAINT consent_source_check,
  ADD CONSTRAINT consent_source_check
    CHECK (source IN ('page', 'one_click', 'phone', 'writing')),
  ADD COLUMN note text NOT NULL DEFAULT '' CHECK (length(note) <= 500),
  ADD COLUMN by jsonb,
  ADD CONSTRAINT consent_by_whom CHECK ((by IS NULL) = (source IN ('page', 'one_click'))),
  ADD CONSTRAINT consent_shown CHECK (by IS NULL OR NOT given OR note <> '');
