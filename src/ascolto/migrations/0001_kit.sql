-- The ground: who may do what, how tenancy fails closed, and the one stream of facts and frames.

CREATE SCHEMA kit;
GRANT USAGE ON SCHEMA kit TO ascolto_app;

-- Puts a table behind the two walls. The tenant policy raises an error when no tenant is set:
-- current_setting without a default fails on an unknown name, and '' is no uuid.
CREATE FUNCTION kit.protect(target regclass, append_only boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  has_client boolean;
  tenant_column text := 'tenant_id';
BEGIN
  SELECT bool_or(attname = 'client_id') INTO has_client
    FROM pg_attribute WHERE attrelid = target AND attnum > 0 AND NOT attisdropped;
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format(
    'CREATE POLICY tenant ON %s FOR ALL TO ascolto_app
       USING (%I = (SELECT current_setting(''ascolto.tenant'')::uuid))
       WITH CHECK (%I = (SELECT current_setting(''ascolto.tenant'')::uuid))',
    target, tenant_column, tenant_column);
  EXECUTE format(
    'CREATE POLICY owner ON %s FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)', target);
  IF has_client THEN
    EXECUTE format(
      'CREATE POLICY client ON %s AS RESTRICTIVE FOR ALL TO ascolto_app
         USING (client_id IS NULL
           OR (SELECT current_setting(''ascolto.clients'')) = ''*''
           OR client_id = ANY((SELECT NULLIF(current_setting(''ascolto.clients''), ''*''))::uuid[]))',
      target);
  END IF;
  IF append_only THEN
    EXECUTE format('GRANT SELECT, INSERT ON %s TO ascolto_app', target);
  ELSE
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO ascolto_app', target);
  END IF;
END $$;
REVOKE ALL ON FUNCTION kit.protect(regclass, boolean) FROM PUBLIC;

CREATE SEQUENCE kit.stream_id AS bigint;
GRANT USAGE ON SEQUENCE kit.stream_id TO ascolto_app;

-- What happened, for ever: source of metrics, audit and whoever subscribes.
CREATE TABLE kit.event (
  tenant_id uuid NOT NULL,
  id        bigint NOT NULL DEFAULT nextval('kit.stream_id'),
  xid       xid8 NOT NULL DEFAULT pg_current_xact_id(),
  at        timestamptz NOT NULL,
  kind      text NOT NULL,
  version   int NOT NULL,
  client_id uuid,
  actor     jsonb NOT NULL,
  body      jsonb NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX event_order ON kit.event (xid, id);
CREATE INDEX event_by_time ON kit.event (tenant_id, at, kind);
SELECT kit.protect('kit.event', append_only => true);

-- What the screens follow: short-lived, carries wire shapes.
CREATE TABLE kit.frame (
  tenant_id uuid NOT NULL,
  id        bigint NOT NULL DEFAULT nextval('kit.stream_id'),
  xid       xid8 NOT NULL DEFAULT pg_current_xact_id(),
  at        timestamptz NOT NULL,
  topic     text NOT NULL,
  kind      text NOT NULL,
  client_id uuid,
  body      jsonb NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX frame_order ON kit.frame (xid, id);
CREATE INDEX frame_by_topic ON kit.frame (tenant_id, topic, xid, id);
SELECT kit.protect('kit.frame', append_only => true);

CREATE TABLE kit.frame_pruned (
  only_one  boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  pruned_to bigint NOT NULL
);
INSERT INTO kit.frame_pruned (pruned_to) VALUES (0);

-- Durable subscribers: how far each has heard, over all tenants.
CREATE TABLE kit.subscriber (
  name text PRIMARY KEY,
  xid  bigint NOT NULL,
  id   bigint NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON kit.subscriber TO ascolto_app;

-- An event that a subscriber could not take, put aside so that the rest goes on.
CREATE TABLE kit.subscriber_failure (
  tenant_id  uuid NOT NULL,
  id         bigint NOT NULL,
  subscriber text NOT NULL,
  at         timestamptz NOT NULL,
  error      text NOT NULL,
  PRIMARY KEY (tenant_id, id, subscriber)
);
SELECT kit.protect('kit.subscriber_failure');

CREATE FUNCTION kit.stream_horizon() RETURNS bigint
LANGUAGE sql STABLE AS $$ SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint $$;

-- The stream stands above tenants: the relay of each node reads it whole, in order, through this
-- one function that runs as the owner. Rows above the horizon are reported as one 'pending' mark.
CREATE FUNCTION kit.read_stream(after_xid bigint, after_id bigint, how_many int)
RETURNS TABLE (source text, tenant_id uuid, id bigint, xid bigint, at timestamptz, topic text,
               kind text, version int, client_id uuid, actor text, body text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  horizon xid8 := pg_snapshot_xmin(pg_current_snapshot());
  place xid8 := after_xid::text::xid8;
BEGIN
  RETURN QUERY
    SELECT s.source, s.tenant_id, s.id, s.xid::text::bigint, s.at, s.topic, s.kind, s.version,
           s.client_id, s.actor::text, s.body::text
      FROM (
        (SELECT 'event' AS source, e.tenant_id, e.id, e.xid, e.at, NULL::text AS topic, e.kind,
                e.version, e.client_id, e.actor, e.body
           FROM kit.event e
          WHERE (e.xid, e.id) > (place, after_id) AND e.xid < horizon
          ORDER BY e.xid, e.id LIMIT how_many)
        UNION ALL
        (SELECT 'frame', f.tenant_id, f.id, f.xid, f.at, f.topic, f.kind, NULL, f.client_id,
                NULL, f.body
           FROM kit.frame f
          WHERE (f.xid, f.id) > (place, after_id) AND f.xid < horizon
          ORDER BY f.xid, f.id LIMIT how_many)
      ) s
     ORDER BY s.xid, s.id LIMIT how_many;
  IF EXISTS (SELECT 1 FROM kit.event e WHERE e.xid >= horizon)
     OR EXISTS (SELECT 1 FROM kit.frame f WHERE f.xid >= horizon) THEN
    source := 'pending';
    RETURN NEXT;
  END IF;
END $$;

-- Events of some kinds after a place, for one durable subscriber.
CREATE FUNCTION kit.read_events(after_xid bigint, after_id bigint, kinds text[], how_many int)
RETURNS TABLE (tenant_id uuid, id bigint, xid bigint, at timestamptz, kind text, version int,
               client_id uuid, actor text, body text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT e.tenant_id, e.id, e.xid::text::bigint, e.at, e.kind, e.version, e.client_id,
         e.actor::text, e.body::text
    FROM kit.event e
   WHERE (e.xid, e.id) > (after_xid::text::xid8, after_id)
     AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
     AND e.kind = ANY(kinds)
   ORDER BY e.xid, e.id LIMIT how_many
$$;

CREATE FUNCTION kit.frame_window() RETURNS TABLE (pruned_to bigint, next_xid bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT p.pruned_to, pg_snapshot_xmax(pg_current_snapshot())::text::bigint FROM kit.frame_pruned p
$$;

CREATE FUNCTION kit.prune_frames(keep interval) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  gone bigint;
  highest bigint;
BEGIN
  WITH d AS (
    DELETE FROM kit.frame WHERE at < now() - keep RETURNING xid::text::bigint AS x
  ) SELECT count(*), max(x) INTO gone, highest FROM d;
  IF highest IS NOT NULL THEN
    UPDATE kit.frame_pruned SET pruned_to = greatest(pruned_to, highest);
  END IF;
  RETURN gone;
END $$;

-- Run once after a restore. Transaction numbers of the former server mean nothing on this one:
-- left as they are, restored events would stand above its horizon, never to be read. All of them
-- are moved before its first transaction, in the order of their ids; a subscriber that was behind
-- hears again from the first event it had missed, at the latest.
CREATE FUNCTION kit.adopt_stream() RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  UPDATE kit.subscriber AS s SET xid = 3, id = coalesce(
    (SELECT min(e.id) - 1 FROM kit.event e WHERE (e.xid, e.id) > (s.xid::text::xid8, s.id)),
    (SELECT last_value FROM kit.stream_id));
  UPDATE kit.event SET xid = '3';
  DELETE FROM kit.frame;
  UPDATE kit.frame_pruned SET pruned_to = pg_current_xact_id()::text::bigint;
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA kit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kit.stream_horizon(), kit.read_stream(bigint, bigint, int),
  kit.read_events(bigint, bigint, text[], int), kit.frame_window(), kit.prune_frames(interval)
  TO ascolto_app;
