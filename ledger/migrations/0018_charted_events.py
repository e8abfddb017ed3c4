"""Posting refuses what the chart does not name, and top-ups by whoever has no right to them.

`ledger_is_charted` is the chart of events (`ledger/kinds.py EVENTS`, whose difference
`check_books` names). Whoever may execute `ledger_allow_top_ups` may bring money in from the
bank: the owner, and roles that he grants it. The application's role is none of them.
"""

from importlib import import_module

from django.db import migrations

_JUDGE = import_module("ledger.migrations.0007_judge_transfer").CREATE
_BATCHES = import_module("ledger.migrations.0008_post_batches").CREATE


def cut(name: str, text: str) -> str:
    begin = text.index(f"CREATE FUNCTION {name}(")
    end = text.index("\nEND $$;", begin) + len("\nEND $$;\n")
    return text[begin:end].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)


def change(function: str, old: str, new: str) -> str:
    assert function.count(old) == 1, old
    return function.replace(old, new)


_WRITE, _END = cut("ledger_write_transfer", _JUDGE), cut("ledger_end_pending", _JUDGE)
# As migration 0017 left it.
_POST = change(
    cut("ledger_post_transfers", _BATCHES),
    "SET plan_cache_mode = force_generic_plan",
    "SET jit = off\nSET plan_cache_mode = force_generic_plan",
)
_CHART = """
CREATE FUNCTION ledger_is_charted(event text, debit_kind text, credit_kind text)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
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

-- The right to top up is the right to execute this; it does nothing.
CREATE FUNCTION ledger_allow_top_ups() RETURNS void LANGUAGE sql AS '';
REVOKE EXECUTE ON FUNCTION ledger_allow_top_ups() FROM PUBLIC;

-- Whether the role that logged in, or the one it has changed into, may. The functions that ask
-- run with their owner's rights, so that `current_user` says nothing about the caller.
CREATE FUNCTION ledger_may_top_up() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT has_function_privilege(session_user, 'ledger_allow_top_ups()', 'EXECUTE')
        OR current_setting('role') <> 'none' AND has_function_privilege(
               current_setting('role'), 'ledger_allow_top_ups()', 'EXECUTE')
$$;

-- Whether nothing in the batch is refused for its kind; accounts are looked up by key.
CREATE FUNCTION ledger_are_charted(debits uuid[], credits uuid[], kinds text[])
RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF 'top_up' = ANY (kinds) AND NOT ledger_may_top_up() THEN
        RETURN false;
    END IF;
    RETURN NOT EXISTS (
        SELECT 1 FROM unnest(debits, credits, kinds) AS g (debit, credit, kind)
          JOIN ledger_account d ON d.id = g.debit
          JOIN ledger_account c ON c.id = g.credit
         WHERE NOT ledger_is_charted(g.kind, d.kind, c.kind));
END $$;
"""
_REFUSE = """        WHEN NOT ledger_is_charted(kind, debit.kind, credit.kind) THEN 'kind_not_charted'
        WHEN kind = 'top_up' AND NOT ledger_may_top_up() THEN 'top_up_not_allowed'
"""
AFTER = (
    _CHART
    + change(
        _WRITE,
        "        WHEN debit.closed_at IS NOT NULL",
        _REFUSE + "        WHEN debit.closed_at IS NOT NULL",
    )
    + change(
        _END,
        "    IF phase = 'post' THEN\n        outcome := CASE\n",
        "    IF NOT ledger_is_charted(kind, debit.kind, credit.kind) AND kind IS NOT NULL THEN\n"
        "        RETURN 'kind_not_charted';\n"
        "    END IF;\n"
        "    IF phase = 'post' THEN\n        outcome := CASE\n",
    )
    + change(
        _POST,
        "    IF began IS NOT NULL THEN\n",
        "    IF began IS NOT NULL AND ledger_are_charted(debits, credits, kinds) THEN\n",
    )
)
BEFORE = f"""
{_WRITE}{_END}{_POST}
DROP FUNCTION ledger_are_charted(uuid[], uuid[], text[]);
DROP FUNCTION ledger_may_top_up();
DROP FUNCTION ledger_allow_top_ups();
DROP FUNCTION ledger_is_charted(text, text, text);
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0017_post_without_jit")]
    operations = [migrations.RunSQL(AFTER, BEFORE)]
