-- Write an event in the caller's transaction.
CREATE OR REPLACE FUNCTION relay_record_event(
    event uuid, kind text, feed uuid, subject uuid, actor text, facts jsonb
) RETURNS void
LANGUAGE sql
AS $$
    INSERT INTO relay_event (id, kind, feed, subject, actor, facts, happened_at)
    VALUES (event, kind, feed, subject, actor, facts, clock_timestamp())
$$;
