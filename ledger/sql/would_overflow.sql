-- Return whether the balance would exceed a bigint.
CREATE OR REPLACE FUNCTION ledger_would_overflow(
    account ledger_account, side text, amount bigint
) RETURNS boolean
LANGUAGE sql IMMUTABLE
AS $$
    SELECT NOT account.may_go_negative AND account.normal_side = side
       AND account.balance_minor > 9223372036854775807 - amount
$$;
