-- What is configured is asked for at every customer's arrival and changes seldom: a stamp for each
-- organisation tells whether what a server remembers of it still holds. It never comes twice, also
-- not after a change that was rolled back.

CREATE SEQUENCE kit.configuration_stamp AS bigint;

CREATE TABLE kit.configuration (
  tenant_id uuid PRIMARY KEY,
  stamp     bigint NOT NULL
);
SELECT kit.protect('kit.configuration');
REVOKE INSERT, UPDATE, DELETE ON kit.configuration FROM ascolto_app;

-- Before the statement, not after it: who changes two things at once then waits for another before
-- they hold the first, never in the midst of both.
CREATE FUNCTION kit.configuration_changes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  tenant uuid := NULLIF(current_setting('ascolto.tenant', true), '')::uuid;
BEGIN
  IF tenant IS NULL THEN  -- by hand, as the owner: it may be anybody's
    UPDATE kit.configuration SET stamp = nextval('kit.configuration_stamp');
  ELSE
    INSERT INTO kit.configuration (tenant_id, stamp)
    VALUES (tenant, nextval('kit.configuration_stamp'))
    ON CONFLICT (tenant_id) DO UPDATE SET stamp = excluded.stamp;
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION kit.configuration_changes() FROM PUBLIC;

CREATE FUNCTION kit.configuration_stamp() RETURNS bigint
LANGUAGE sql STABLE AS $$
  SELECT stamp FROM kit.configuration
   WHERE tenant_id = current_setting('ascolto.tenant')::uuid
$$;

-- Puts a table among what the stamp speaks for.
CREATE FUNCTION kit.stamped(target regclass) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format(
    'CREATE TRIGGER configuration BEFORE INSERT OR UPDATE OR DELETE ON %s
       FOR EACH STATEMENT EXECUTE FUNCTION kit.configuration_changes()', target);
END $$;
REVOKE ALL ON FUNCTION kit.stamped(regclass) FROM PUBLIC;

SELECT kit.stamped('tenancy.client');
SELECT kit.stamped('tenancy.calendar');
SELECT kit.stamped('tenancy.setting');
SELECT kit.stamped('routing.queue');
SELECT kit.stamped('channels.channel');

INSERT INTO kit.configuration (tenant_id, stamp)
SELECT id, nextval('kit.configuration_stamp') FROM tenancy.tenant;
