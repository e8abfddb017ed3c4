-- Return whether the transfer takes more than the account may spend. Holds whose time is over
-- are freed first, whether or not a sweep has been by.
CREATE OR REPLACE FUNCTION ledger_would_overdraw(
    account ledger_account, side text, amount bigint
) RETURNS boolean
LANGUAGE plpgsql
AS $$
BEGIN
    IF account.may_go_negative OR account.normal_side = side
       OR account.balance_minor - account.held_minor >= amount THEN
        RETURN false;
    END IF;
    IF account.held_minor = 0 THEN
        RETURN true;
    END IF;
    PERFORM ledger_free_overdue(account.id, side);
    RETURN (SELECT a.balance_minor - a.held_minor < amount
              FROM ledger_account a WHERE a.id = account.id);
END $$;
