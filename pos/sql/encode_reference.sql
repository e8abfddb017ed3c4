-- A public reference as qr/references.py writes it: a prefix, and the 128 bits in 26 lower-case
-- Crockford characters. Two bits are padding, so the first byte makes two characters, the first
-- of which has three bits; then each five bytes make eight. Those eight are made together, each
-- in a byte of one number: five bits are moved into each byte, then all become digits, and those
-- of 10 and more become letters, with a step for each of i, l, o and u, which are left out. A
-- character at a time takes three times as long, and files have a million of them.
CREATE OR REPLACE FUNCTION pos_encode_reference(prefix text, id uuid) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    bytes constant bytea := uuid_send(id);
    written bytea := '';
    eight bigint;
BEGIN
    FOR place IN 2..12 BY 5 LOOP
        eight := substr(bytes, place, 5)::bigint;
        eight := (eight & 0x1F) | ((eight & 0x3E0) << 3) | ((eight & 0x7C00) << 6)
            | ((eight & 0xF8000) << 9) | ((eight & 0x1F00000) << 12)
            | ((eight & 0x3E000000) << 15) | ((eight & 0x7C0000000) << 18)
            | ((eight & 0xF800000000) << 21);
        -- A byte and 32 less a limit has bit 5 exactly if the byte is at that limit or above.
        written := written || int8send(eight + 0x3030303030303030
            + (((eight + 0x1616161616161616) >> 5) & 0x0101010101010101) * 39
            + (((eight + 0x0E0E0E0E0E0E0E0E) >> 5) & 0x0101010101010101)
            + (((eight + 0x0C0C0C0C0C0C0C0C) >> 5) & 0x0101010101010101)
            + (((eight + 0x0A0A0A0A0A0A0A0A) >> 5) & 0x0101010101010101)
            + (((eight + 0x0505050505050505) >> 5) & 0x0101010101010101));
    END LOOP;
    RETURN prefix || '_' || (get_byte(bytes, 0) >> 5)
        || substr('0123456789abcdefghjkmnpqrstvwxyz', (get_byte(bytes, 0) & 31) + 1, 1)
        || encode(written, 'escape');
END $$;
