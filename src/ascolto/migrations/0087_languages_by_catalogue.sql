-- The languages are the catalogues that lie there (docs/how-to/add-a-language.md): which they are
-- the server knows, and the tables keep only the form of a code.
ALTER TABLE tenancy.tenant DROP CONSTRAINT tenant_locale_check,
  ADD CONSTRAINT tenant_locale_check CHECK (locale ~ '^[a-z]{2}$');
ALTER TABLE identity.account DROP CONSTRAINT account_locale_check,
  ADD CONSTRAINT account_locale_check CHECK (locale ~ '^[a-z]{2}$');
