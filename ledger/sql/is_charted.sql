-- Return whether the chart lets this event move money between these kinds of accounts (EVENTS
-- in ledger/kinds.py is the same chart; check_books names a difference).
CREATE OR REPLACE FUNCTION ledger_is_charted(
    event text, debit_kind text, credit_kind text
) RETURNS boolean
LANGUAGE sql IMMUTABLE
AS $$
    SELECT coalesce(CASE event
        WHEN 'top_up' THEN debit_kind || '>' || credit_kind = 'safeguard>wallet'
        WHEN 'capture' THEN debit_kind || '>' || credit_kind = 'wallet>takings'
        WHEN 'refund' THEN debit_kind || '>' || credit_kind
            IN ('takings>wallet', 'receivable>wallet')
        WHEN 'settle' THEN debit_kind || '>' || credit_kind
            IN ('takings>payable', 'payable>takings')
        WHEN 'fee' THEN debit_kind || '>' || credit_kind = 'payable>fee_income'
        WHEN 'recover' THEN debit_kind || '>' || credit_kind = 'payable>receivable'
    END, false)
$$;
