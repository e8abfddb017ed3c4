-- Compare a set-up code, by its digest, with the one that `migrate` drew; a wrong try is counted.
-- The row stays locked, so that of two set-ups at once the second finds the first one's work.
CREATE OR REPLACE FUNCTION console_try_set_up_code(code_digest bytea) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    code console_setupcode;
BEGIN
    SELECT * INTO code FROM console_setupcode FOR UPDATE;
    IF code.used_at IS NOT NULL AND code.digest = code_digest THEN
        RETURN 'used';
    ELSIF EXISTS (SELECT FROM merchants_organisation) THEN
        RETURN 'closed';
    ELSIF code.id IS NULL OR code.used_at IS NOT NULL OR code.tries >= 100
          OR code.expires_at <= clock_timestamp() THEN
        RETURN 'over';
    ELSIF code.digest <> code_digest THEN
        UPDATE console_setupcode SET tries = tries + 1;
        RETURN 'wrong';
    END IF;
    RETURN 'right';
END $$;
