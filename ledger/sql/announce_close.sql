-- Announce an instant before which nothing is posted any more, and return it. From the commit
-- of this call on, every posting takes a later instant.
CREATE OR REPLACE FUNCTION ledger_announce_close() RETURNS timestamptz
LANGUAGE sql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    UPDATE ledger_periodclose
       SET announced_until = greatest(clock_timestamp(), announced_until), seen_from = NULL
    RETURNING announced_until
$$;
