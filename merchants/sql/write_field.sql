-- A typed text as a field of a CSV file for programs: with an apostrophe if a spreadsheet might
-- run it as a formula (`quote_formula` of ledger/csv.py says why), and in quotes if it has a
-- comma, a quote or a line break (RFC 4180). Blanks, line breaks, control and format characters
-- are not seen: Unicode's Zs, Zl, Zp, Cc and Cf.
CREATE OR REPLACE FUNCTION merchants_write_field(typed text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    shown constant text := regexp_replace(normalize(typed, NFKC),
        '^[\u0001-\u0020\u007F-\u00A0\u00AD\u0600-\u0605\u061C\u06DD\u070F\u0890\u0891\u08E2'
        '\u1680\u180E\u2000-\u200F\u2028-\u202F\u205F-\u2064\u2066-\u206F\u3000\uFEFF'
        '\uFFF9-\uFFFB\U000110BD\U000110CD\U00013430-\U0001343F\U0001BCA0-\U0001BCA3'
        '\U0001D173-\U0001D17A\U000E0001\U000E0020-\U000E007F]+', '');
    marked constant text := CASE
        WHEN shown ~ '^[=+@-]' OR typed ~ '^[\t\r\n]' THEN '''' || typed ELSE typed END;
BEGIN
    RETURN CASE WHEN marked ~ '[",\r\n]' THEN '"' || replace(marked, '"', '""') || '"'
                ELSE marked END;
END $$;
