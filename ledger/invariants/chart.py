"""What the database must know of the chart."""

from ledger.chart import write_events
from ledger.invariants.books import Invariant

INVARIANTS = (
    Invariant(
        claim="posting refuses what the chart does not name, and the application's role may not"
        " top up",
        counted="SELECT count(*) FROM (VALUES [events]) AS events".replace(
            "[events]", write_events()
        ),
        offending="""
            SELECT coalesce(named.event, posted.event),
                   coalesce(named.debit_kind, posted.debit_kind) || ' to '
                   || coalesce(named.credit_kind, posted.credit_kind)
                   || CASE WHEN posted.event IS NULL THEN ' is refused' ELSE ' is posted' END
              FROM (VALUES [events]) AS named (event, debit_kind, credit_kind)
              FULL JOIN ledger_chartevent posted
                ON posted.event = named.event AND posted.debit_kind = named.debit_kind
               AND posted.credit_kind = named.credit_kind
             WHERE posted.event IS NULL OR named.event IS NULL
             UNION ALL
            SELECT 'top_up', {role} || ' has the right to it' FROM pg_roles r
             WHERE r.rolname = {role}
               AND has_function_privilege(r.oid, 'ledger_allow_top_ups()', 'EXECUTE')
        """.replace("[events]", write_events()),
    ),
)
