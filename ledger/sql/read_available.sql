-- Return what may be spent now: holds whose time is over hold nothing.
CREATE OR REPLACE FUNCTION ledger_read_available(account uuid) RETURNS bigint
LANGUAGE sql STABLE
AS $$
    SELECT a.balance_minor - a.held_minor + CASE WHEN a.held_minor = 0 THEN 0 ELSE (
               SELECT coalesce(sum(h.amount_minor), 0)::bigint FROM ledger_hold h
                WHERE h.expires_at <= clock_timestamp()
                  AND ((a.normal_side = 'credit' AND h.debit_account_id = a.id)
                       OR (a.normal_side = 'debit' AND h.credit_account_id = a.id))) END
      FROM ledger_account a WHERE a.id = account
$$;
