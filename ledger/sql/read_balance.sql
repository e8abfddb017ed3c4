-- Return the running balance of an account that keeps one.
CREATE OR REPLACE FUNCTION ledger_read_balance(account uuid) RETURNS bigint
LANGUAGE sql STABLE
AS $$
    SELECT balance_minor FROM ledger_account WHERE id = account
$$;
