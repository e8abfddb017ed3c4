-- Return the instant after which the batch may be posted as a whole. Null: some result may be
-- other than `created` or depends on the order, so the batch has to be judged one by one.
CREATE OR REPLACE FUNCTION ledger_find_start(
    ids uuid[], debits uuid[], credits uuid[], amounts bigint[], currencies text[],
    earliest timestamptz
) RETURNS timestamptz
LANGUAGE plpgsql
AS $$
DECLARE
    start timestamptz;
    is_clear boolean;
BEGIN
    IF EXISTS (SELECT 1 FROM ledger_transfer t WHERE t.id = ANY (ids))
       OR (SELECT count(DISTINCT i) FROM unnest(ids) i) <> cardinality(ids)
       OR EXISTS (SELECT 1 FROM unnest(debits, credits, amounts) AS g (debit, credit, amount)
                   WHERE g.debit = g.credit OR g.amount <= 0) THEN
        RETURN NULL;
    END IF;
    SELECT bool_and(
               a.id IS NOT NULL AND a.closed_at IS NULL
               AND a.currency = n.currency AND n.currencies = 1
               AND (a.may_go_negative OR (
                   a.balance_minor - a.held_minor
                       >= CASE a.normal_side WHEN 'debit' THEN n.credited ELSE n.debited END
                   AND a.balance_minor
                       + CASE a.normal_side WHEN 'debit' THEN n.debited ELSE n.credited END
                       <= 9223372036854775807))),
           greatest(earliest, max(a.last_posted_at))
      INTO is_clear, start
      FROM (SELECT s.account, min(s.currency) AS currency,
                   count(DISTINCT s.currency) AS currencies,
                   sum(s.debited) AS debited, sum(s.credited) AS credited
              FROM (SELECT u.account, u.currency, u.amount AS debited, 0 AS credited
                      FROM unnest(debits, currencies, amounts)
                           AS u (account, currency, amount)
                     UNION ALL
                    SELECT u.account, u.currency, 0, u.amount
                      FROM unnest(credits, currencies, amounts)
                           AS u (account, currency, amount)) s
             GROUP BY s.account) n
      LEFT JOIN LATERAL (SELECT * FROM ledger_account l WHERE l.id = n.account OFFSET 0) a
             ON true;
    RETURN CASE WHEN is_clear THEN start END;
END $$;
