-- Set the installation up, once: its organisation, its first operator, and the log's first line.
-- The application's role can write none of these by itself; this function has the rights of the
-- tables' owner, and does nothing without the code or once there is an organisation. Unless it
-- returns 'right', nothing was written but the count of wrong codes.
CREATE OR REPLACE FUNCTION console_set_up(
    code_digest bytea, organisation jsonb, operator jsonb, entry_id uuid, device text
) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    outcome text := console_try_set_up_code(code_digest);
    operator_id uuid := (operator->>'id')::uuid;
BEGIN
    IF outcome <> 'right' THEN
        RETURN outcome;
    ELSIF EXISTS (SELECT FROM identity_user u WHERE u.email = operator->>'email') THEN
        RETURN 'address_taken';
    END IF;

    UPDATE console_setupcode SET used_at = clock_timestamp();
    INSERT INTO merchants_organisation (
        id, legal_name, legal_form, licence, street, building_number, postcode, town, country,
        currency, time_zone)
    SELECT 1, o.legal_name, o.legal_form, o.licence, o.street, o.building_number, o.postcode,
           o.town, o.country, o.currency, o.time_zone
      FROM jsonb_populate_record(NULL::merchants_organisation, organisation) o;
    INSERT INTO identity_user (id, name, email, password, pin_hash, is_active)
    VALUES (operator_id, operator->>'name', operator->>'email', operator->>'password', '', true);
    INSERT INTO console_operator (user_id, is_active) VALUES (operator_id, true);
    INSERT INTO console_auditentry (id, actor_id, deed, subject, before, after, device)
    VALUES (entry_id, operator_id, 'installation.set_up', operator_id, '{}', organisation, device);
    RETURN 'right';
END $$;
