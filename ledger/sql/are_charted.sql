-- Return whether no transfer of the batch is refused for its kind. Accounts are looked up by
-- key.
CREATE OR REPLACE FUNCTION ledger_are_charted(
    debits uuid[], credits uuid[], kinds text[]
) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    IF EXISTS (SELECT FROM unnest(kinds) AS kind WHERE ledger_moves_bank_money(kind))
       AND NOT ledger_may_top_up() THEN
        RETURN false;
    END IF;
    RETURN NOT EXISTS (
        SELECT FROM unnest(debits, credits, kinds) AS g (debit, credit, kind)
          JOIN ledger_account d ON d.id = g.debit
          JOIN ledger_account c ON c.id = g.credit
         WHERE NOT EXISTS (
                   SELECT FROM ledger_chartevent e
                    WHERE e.event = g.kind AND e.debit_kind = d.kind
                      AND e.credit_kind = c.kind));
END $$;
