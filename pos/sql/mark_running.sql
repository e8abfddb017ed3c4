-- Mark a command as running until this transaction ends (pos/running.py). The lock is shared,
-- because it must block nobody: it is only tested.
CREATE OR REPLACE FUNCTION pos_mark_running(about text) RETURNS boolean
LANGUAGE sql
AS $$ SELECT pg_try_advisory_xact_lock_shared(hashtextextended(about, 0)) $$;
