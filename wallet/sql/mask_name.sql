-- A name as strangers may see it: Li Wei becomes Li W. Blanks are those of Unicode, whatever
-- the database's locale counts among them.
CREATE OR REPLACE FUNCTION wallet_mask_name(name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
    words constant text[] := array_remove(regexp_split_to_array(
        name, '[\s\u001c-\u001f\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+'),
        '');
BEGIN
    RETURN CASE cardinality(words)
        WHEN 0 THEN ''
        WHEN 1 THEN words[1]
        ELSE words[1] || ' ' || left(words[cardinality(words)], 1) || '.'
    END;
END $$;
