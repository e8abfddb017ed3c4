"""The chart's tables in PostgreSQL; `migrate` fills them."""

from django.db import connection, transaction

from ledger.chart import write_events, write_kinds

_FILL = """
    INSERT INTO ledger_chartkind (kind, normal_side, may_go_negative) VALUES {kinds}
        ON CONFLICT (kind) DO UPDATE
           SET normal_side = excluded.normal_side, may_go_negative = excluded.may_go_negative;
    INSERT INTO ledger_chartevent (event, debit_kind, credit_kind) VALUES {events}
        ON CONFLICT DO NOTHING;
    DELETE FROM ledger_chartevent c
     WHERE NOT EXISTS (SELECT FROM (VALUES {events}) AS e (event, debit_kind, credit_kind)
                        WHERE (e.event, e.debit_kind, e.credit_kind)
                            = (c.event, c.debit_kind, c.credit_kind));
    DELETE FROM ledger_chartkind c
     WHERE NOT EXISTS (SELECT FROM (VALUES {kinds}) AS k (kind, side, negative)
                        WHERE k.kind = c.kind);
"""


def write_fill() -> str:
    """Return the SQL that makes the two tables equal to `ledger/chart.py`."""
    return _FILL.format(kinds=write_kinds(), events=write_events())


def fill_chart() -> None:
    """Write the chart into its tables; runs as the tables' owner.

    Raises:
        IntegrityError: a kind was removed from the chart while it has accounts.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(write_fill())
