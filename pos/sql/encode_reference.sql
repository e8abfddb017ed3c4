-- A public reference as qr/references.py writes it: a prefix, and the 128 bits in 26 lower-case
-- Crockford characters. Two bits are padding, so the first character has three of them; the
-- others are two of 8 bits, and twice twelve of 60. A loop, because each transaction prepares
-- an expression anew, and written out it is 26 times as long.
CREATE OR REPLACE FUNCTION pos_encode_reference(prefix text, id uuid) RETURNS text
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
    letters constant bytea := '0123456789abcdefghjkmnpqrstvwxyz';
    digits constant text := encode(uuid_send(id), 'hex');
    head constant int := ('x' || left(digits, 2))::bit(8)::int;
    middle constant bigint := ('x' || substr(digits, 3, 15))::bit(60)::bigint;
    tail constant bigint := ('x' || substr(digits, 18, 15))::bit(60)::bigint;
    written bytea := '..........................';
BEGIN
    written := set_byte(set_byte(written, 0, get_byte(letters, head >> 5)),
                        1, get_byte(letters, head & 31));
    FOR place IN 0..11 LOOP
        written := set_byte(
            set_byte(written, 2 + place,
                     get_byte(letters, (middle >> (55 - 5 * place) & 31)::int)),
            14 + place, get_byte(letters, (tail >> (55 - 5 * place) & 31)::int));
    END LOOP;
    RETURN prefix || '_' || encode(written, 'escape');
END $$;
