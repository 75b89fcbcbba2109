-- Whoever plans the days of one client has to see that somebody is lent to another's queue: who,
-- which skills stand differently, and until when. Where to, by whom and why stays that client's.
CREATE FUNCTION routing.skills_lent()
RETURNS TABLE (operator_id uuid, before jsonb, after jsonb, until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT i.operator_id, i.before, i.after, i.until FROM routing.intervention i
   WHERE i.tenant_id = current_setting('ascolto.tenant')::uuid
     AND i.kind = 'skill' AND i.ended_at IS NULL
$$;
REVOKE ALL ON FUNCTION routing.skills_lent() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION routing.skills_lent() TO ascolto_app;
