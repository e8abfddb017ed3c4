-- Return whether the chart (ledger/chart.py) lets this event move money between these kinds of
-- accounts.
CREATE OR REPLACE FUNCTION ledger_is_charted(
    event text, debit_kind text, credit_kind text
) RETURNS boolean
LANGUAGE sql STABLE
AS $$
    SELECT EXISTS (
        SELECT FROM ledger_chartevent c
         WHERE c.event = ledger_is_charted.event
           AND c.debit_kind = ledger_is_charted.debit_kind
           AND c.credit_kind = ledger_is_charted.credit_kind)
$$;
