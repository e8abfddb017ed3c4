-- The right to top up is the right to execute this function; it does nothing. The application's
-- role never has it (ledger/privileges.py).
CREATE OR REPLACE FUNCTION ledger_allow_top_ups() RETURNS void
LANGUAGE sql
AS $$$$;
