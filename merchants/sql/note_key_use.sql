-- Note that a key was used. Who finds the row locked leaves it alone: a note holds up no request.
CREATE OR REPLACE FUNCTION merchants_note_key_use(key uuid) RETURNS void
LANGUAGE sql
AS $$
    UPDATE merchants_apikey SET last_used_at = clock_timestamp()
     WHERE id IN (SELECT k.id FROM merchants_apikey k
                   WHERE k.id = key FOR NO KEY UPDATE SKIP LOCKED)
$$;
