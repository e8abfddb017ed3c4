-- Make somebody an operator, or none any more, as two operators agreed: one asked, the other agreed;
-- or the only one asked. The application's role can do neither by itself. Unless it returns
-- 'done', nothing was written.
CREATE OR REPLACE FUNCTION console_carry_out_change(change uuid, person uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    wish console_operatorchange;
    active uuid[];
BEGIN
    -- In key order: of two that end each other the second one waits, and finds itself ended.
    active := ARRAY(SELECT o.user_id FROM console_operator o WHERE o.is_active
                     ORDER BY o.user_id FOR UPDATE);
    SELECT * INTO wish FROM console_operatorchange c WHERE c.id = change FOR UPDATE;
    IF NOT FOUND OR wish.carried_out_at IS NOT NULL OR wish.withdrawn_at IS NOT NULL THEN
        RETURN 'over';
    ELSIF wish.asked_by_id <> ALL (active)
       OR wish.agreed_by_id IS NULL AND (NOT wish.is_alone OR cardinality(active) > 1)
          AND NOT (wish.kind = 'end' AND wish.person_id = wish.asked_by_id)
       OR wish.agreed_by_id = wish.asked_by_id OR wish.agreed_by_id <> ALL (active) THEN
        RETURN 'not_agreed';
    END IF;

    IF wish.kind = 'end' THEN
        IF wish.person_id <> ALL (active) THEN
            RETURN 'over';
        ELSIF cardinality(active) = 1 THEN
            RETURN 'last';
        END IF;
        UPDATE console_operator SET is_active = false WHERE user_id = wish.person_id;
    ELSE
        IF NOT EXISTS (SELECT FROM identity_user u
                        WHERE u.id = person AND u.email = wish.email AND u.is_active) THEN
            RETURN 'over';
        END IF;
        INSERT INTO console_operator (user_id, is_active) VALUES (person, true)
            ON CONFLICT (user_id) DO UPDATE SET is_active = true;
    END IF;
    UPDATE console_operatorchange
       SET carried_out_at = clock_timestamp(), person_id = coalesce(wish.person_id, person)
     WHERE id = wish.id;
    RETURN 'done';
END $$;
