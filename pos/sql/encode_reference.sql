-- A public reference as qr/references.py writes it: a prefix, and the 128 bits in 26 lower-case
-- Crockford characters. Two bits are padding, so the first character has three of them, and one
-- in the middle has one bit of the upper half and four of the lower. Written out, because a
-- loop takes ten times as long.
CREATE OR REPLACE FUNCTION pos_encode_reference(prefix text, id uuid) RETURNS text
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
    letters constant text := '0123456789abcdefghjkmnpqrstvwxyz';
    bytes constant bytea := uuid_send(id);
    upper_half constant bigint := ('x' || encode(substr(bytes, 1, 8), 'hex'))::bit(64)::bigint;
    lower_half constant bigint := ('x' || encode(substr(bytes, 9, 8), 'hex'))::bit(64)::bigint;
BEGIN
    RETURN prefix || '_'
        || substr(letters, (upper_half >> 61 & 7)::int + 1, 1)
        || substr(letters, (upper_half >> 56 & 31)::int + 1, 1)
        || substr(letters, (upper_half >> 51 & 31)::int + 1, 1)
        || substr(letters, (upper_half >> 46 & 31)::int + 1, 1)
        || substr(letters, (upper_half >> 41 & 31)::int + 1, 1)
        || substr(letters, (upper_half >> 36 & 31)::int + 1, 1)
        || substr(letters, (upper_half >> 31 & 31)::int + 1, 1)
        || substr(letters, (upper_half >> 26 & 31)::int + 1, 1)
        || substr(letters, (upper_half >> 21 & 31)::int + 1, 1)
        || substr(letters, (upper_half >> 16 & 31)::int + 1, 1)
        || substr(letters, (upper_half >> 11 & 31)::int + 1, 1)
        || substr(letters, (upper_half >> 6 & 31)::int + 1, 1)
        || substr(letters, (upper_half >> 1 & 31)::int + 1, 1)
        || substr(letters, ((upper_half & 1) << 4 | (lower_half >> 60 & 15))::int + 1, 1)
        || substr(letters, (lower_half >> 55 & 31)::int + 1, 1)
        || substr(letters, (lower_half >> 50 & 31)::int + 1, 1)
        || substr(letters, (lower_half >> 45 & 31)::int + 1, 1)
        || substr(letters, (lower_half >> 40 & 31)::int + 1, 1)
        || substr(letters, (lower_half >> 35 & 31)::int + 1, 1)
        || substr(letters, (lower_half >> 30 & 31)::int + 1, 1)
        || substr(letters, (lower_half >> 25 & 31)::int + 1, 1)
        || substr(letters, (lower_half >> 20 & 31)::int + 1, 1)
        || substr(letters, (lower_half >> 15 & 31)::int + 1, 1)
        || substr(letters, (lower_half >> 10 & 31)::int + 1, 1)
        || substr(letters, (lower_half >> 5 & 31)::int + 1, 1)
        || substr(letters, (lower_half & 31)::int + 1, 1);
END $$;
