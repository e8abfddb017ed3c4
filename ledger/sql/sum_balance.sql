-- Return the balance at an instant, summed from history, on the account's normal side.
CREATE OR REPLACE FUNCTION ledger_sum_balance(
    account uuid, until timestamptz DEFAULT 'infinity'
) RETURNS numeric
LANGUAGE sql STABLE
AS $$
    SELECT CASE a.normal_side WHEN 'credit' THEN t.credited - t.debited
                              ELSE t.debited - t.credited END
      FROM ledger_account a, LATERAL ledger_turnover(a.id, until) t
     WHERE a.id = account
$$;
