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

-- A token that is bound to one client is that client's thing in the ledger, as its queues are:
-- whoever configures that client alone sees it. One for several, or for all, is the organisation's.
CREATE FUNCTION configuration.client_of_token(image jsonb) RETURNS uuid
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN image -> 'clients' -> 1 IS NULL THEN (image -> 'clients' ->> 0)::uuid END
$$;
REVOKE ALL ON FUNCTION configuration.client_of_token(jsonb) FROM PUBLIC;

CREATE OR REPLACE FUNCTION configuration.keep() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
<<kept>>
DECLARE
  touched jsonb := CASE TG_OP WHEN 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
  organisation uuid := touched ->> 'tenant_id';
  kind text := TG_ARGV[0];
  thing text := CASE kind WHEN 'setting'
    THEN (touched ->> 'key') || '@' || COALESCE(touched ->> 'client_id', '')
    ELSE touched ->> TG_ARGV[1] END;
  number int := NULLIF(current_setting('ascolto.version', true), '')::int;
  before jsonb;
  after jsonb;
  shown jsonb;
BEGIN
  IF number IS NOT NULL AND EXISTS (
    SELECT 1 FROM configuration.change c WHERE c.tenant_id = organisation
       AND c.version = number AND c.kind = kept.kind AND c.thing = kept.thing
  ) THEN
    RETURN NULL;
  END IF;
  -- One commit after the other: what another changes in the same thing is seen, not lost.
  PERFORM pg_advisory_xact_lock(7241038, hashtext(organisation::text));
  after := configuration.image(organisation, kind, thing);
  SELECT c.after INTO before FROM configuration.change c
   WHERE c.tenant_id = organisation AND c.kind = kept.kind AND c.thing = kept.thing
   ORDER BY c.version DESC LIMIT 1;
  IF before IS NOT DISTINCT FROM after THEN
    RETURN NULL;
  END IF;
  IF number IS NULL THEN
    INSERT INTO configuration.version AS v (tenant_id, id, at, actor, why, publication_id, restores)
    SELECT organisation, COALESCE(max(x.id), 0) + 1,
           COALESCE(NULLIF(current_setting('ascolto.now', true), '')::timestamptz, now()),
           COALESCE(NULLIF(current_setting('ascolto.actor', true), '')::jsonb,
                    '{"kind": "system", "id": "ascolto", "name": ""}'),
           left(COALESCE(current_setting('ascolto.why', true), ''), 500),
           NULLIF(current_setting('ascolto.publication', true), '')::uuid,
           NULLIF(current_setting('ascolto.restores', true), '')::int
      FROM configuration.version x WHERE x.tenant_id = organisation
    RETURNING v.id INTO number;
    PERFORM set_config('ascolto.version', number::text, true);
  END IF;
  shown := COALESCE(after, before);
  INSERT INTO configuration.change (tenant_id, version, kind, thing, client_id, name, before, after)
  VALUES (organisation, number, kind, thing,
          CASE kind WHEN 'client' THEN thing::uuid
            WHEN 'token' THEN configuration.client_of_token(shown)
            ELSE (shown ->> 'client_id')::uuid END,
          COALESCE(shown ->> 'display_name', shown ->> 'title', shown ->> 'name', shown ->> 'key'),
          before, after);
  RETURN NULL;
END $$;

UPDATE configuration.change SET client_id = configuration.client_of_token(COALESCE(after, before))
 WHERE kind = 'token';
