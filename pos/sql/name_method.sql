-- How a sale is paid: the till scanned a code of whoever pays, or they scanned a counter code,
-- the till's code, or followed a link. A short code that is typed counts as the till's code.
CREATE OR REPLACE FUNCTION pos_name_method(
    is_collected boolean, counter_code uuid, terminal uuid
) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN is_collected THEN 'customer_code'
                WHEN counter_code IS NOT NULL THEN 'counter_code'
                WHEN terminal IS NOT NULL THEN 'till_code'
                ELSE 'link' END
$$;
