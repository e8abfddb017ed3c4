-- Return whether no transfer of the batch is refused for its kind. Accounts are looked up by
-- key, and the chart once for each way that the batch has, of which there are few.
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
        SELECT FROM (
            SELECT DISTINCT g.kind AS event, d.kind AS debit_kind, c.kind AS credit_kind
              FROM unnest(debits, credits, kinds) AS g (debit, credit, kind)
              JOIN ledger_account d ON d.id = g.debit
              JOIN ledger_account c ON c.id = g.credit) moved
         WHERE NOT EXISTS (
                   SELECT FROM ledger_chartevent e
                    WHERE e.event = moved.event AND e.debit_kind = moved.debit_kind
                      AND e.credit_kind = moved.credit_kind));
END $$;
