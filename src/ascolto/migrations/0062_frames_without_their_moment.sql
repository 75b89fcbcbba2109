-- A frame leaves the stream without its moment, which nobody reads of it: to make a moment of
-- what the wire carries costs a node as much as all else of the row (1.1 of 2.9 us).
CREATE OR REPLACE FUNCTION kit.read_stream(after_xid bigint, after_id bigint, how_many int)
RETURNS TABLE (source text, tenant_id uuid, id bigint, xid bigint, at timestamptz, topic text,
               kind text, version int, client_id uuid, actor text, body text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
-- A young table looks small to the planner for as long as nobody has counted it.
SET enable_seqscan = off SET enable_bitmapscan = off AS $$
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
        (SELECT 'frame', f.tenant_id, f.id, f.xid, NULL, f.topic, f.kind, NULL, f.client_id,
                NULL, f.body
           FROM kit.frame f
          WHERE (f.xid, f.id) > (place, after_id) AND f.xid < horizon
          ORDER BY f.xid, f.id LIMIT how_many)
      ) s
     ORDER BY s.xid, s.id LIMIT how_many;
  IF (SELECT e.xid FROM kit.event e ORDER BY e.xid DESC, e.id DESC LIMIT 1) >= horizon
     OR (SELECT f.xid FROM kit.frame f ORDER BY f.xid DESC, f.id DESC LIMIT 1) >= horizon THEN
    source := 'pending';
    RETURN NEXT;
  END IF;
END $$;
