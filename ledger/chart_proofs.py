"""What the database must know of the chart."""

from ledger.kinds import write_events
from ledger.proofs import Proof

PROOFS = (
    Proof(
        claim="posting refuses what the chart does not name, and the application's role may not"
        " top up",
        counted="SELECT count(*) FROM (VALUES [events]) AS events".replace(
            "[events]", write_events()
        ),
        offending="""
            SELECT event, debit || ' to ' || credit || CASE WHEN is_charted
                       THEN ' is refused' ELSE ' is posted' END
              FROM (VALUES [events]) AS events (event, debit, credit, is_charted)
             WHERE ledger_is_charted(event, debit, credit) <> is_charted
             UNION ALL
            SELECT 'top_up', {role} || ' has the right to it' FROM pg_roles r
             WHERE r.rolname = {role}
               AND has_function_privilege(r.oid, 'ledger_allow_top_ups()', 'EXECUTE')
        """.replace("[events]", write_events()),
    ),
)
