-- Return whether the role that logged in, or the one it has changed into, may top up. The
-- functions that ask run with their owner's rights, so current_user says nothing of the caller.
CREATE OR REPLACE FUNCTION ledger_may_top_up() RETURNS boolean
LANGUAGE sql STABLE
AS $$
    SELECT has_function_privilege(session_user, 'ledger_allow_top_ups()', 'EXECUTE')
        OR current_setting('role') <> 'none' AND has_function_privilege(
               current_setting('role'), 'ledger_allow_top_ups()', 'EXECUTE')
$$;
