-- Return what a batch does to each account, and the place of its last transfer there. On
-- accounts that keep no balance the sums may exceed a bigint.
CREATE OR REPLACE FUNCTION ledger_net(
    debits uuid[], credits uuid[], amounts bigint[]
) RETURNS TABLE (account uuid, debited numeric, credited numeric, last bigint)
LANGUAGE sql IMMUTABLE ROWS 100
AS $$
    SELECT s.account, sum(s.debited), sum(s.credited), max(s.nth)
      FROM (SELECT u.account, u.amount AS debited, 0 AS credited, u.nth
              FROM unnest(debits, amounts) WITH ORDINALITY AS u (account, amount, nth)
             UNION ALL
            SELECT u.account, 0, u.amount, u.nth
              FROM unnest(credits, amounts) WITH ORDINALITY AS u (account, amount, nth)) s
     GROUP BY s.account
$$;
