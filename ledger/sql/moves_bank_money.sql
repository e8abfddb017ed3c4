-- Return whether an event says what happened at the bank, which needs the right to top up
-- (BANK_EVENTS of ledger/chart.py; a test compares them).
CREATE OR REPLACE FUNCTION ledger_moves_bank_money(event text) RETURNS boolean
LANGUAGE sql IMMUTABLE
AS $$
    SELECT event IN ('top_up', 'send_back', 'book', 'bounce', 'return', 'receive', 'take',
                     'credit', 'bear', 'adjust')
$$;
