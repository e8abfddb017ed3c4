"""The steps of `bench/settlement.py`, each a process of its own, so that its memory is its own.

python bench/settlement_run.py bare|settle|copy|export
"""

import json
import resource
import sys
import time
from datetime import timedelta

import django

django.setup()

import uuid6  # noqa: E402  the settings are read first
from django.db import connection, transaction  # noqa: E402

from merchants.layouts import PROGRAM  # noqa: E402
from merchants.models import MerchantBalance, Settlement, SettlementLine  # noqa: E402
from merchants.reports.csv_file import write_settlement_csv  # noqa: E402
from merchants.settlement import close_settlement  # noqa: E402
from pos.makers import find_makers  # noqa: E402
from pos.statement_lines import write_lines  # noqa: E402

_TAKE = """
    WITH taken AS (
        UPDATE merchants_settlementline SET settlement_id = %s
         WHERE balance_id = %s AND settlement_id IS NULL AND at < now()
        RETURNING store_id, kind, amount_minor, fee_minor
    )
    SELECT store_id, kind, count(*), sum(amount_minor), sum(fee_minor)
      FROM taken GROUP BY store_id, kind
"""
_FIGURES = (
    *("opening_minor", "sales_count", "sales_minor", "refunds_count", "refunds_minor"),
    *("fees_minor", "adjusted_minor", "payout_minor", "closing_minor"),
)
_COPY = """
    COPY (SELECT row_number() OVER (ORDER BY l.at, l.id), l.kind, l.at, s.name, t.name, u.name,
                 l.charge_id, l.short_code, CASE WHEN l.kind = 'refund' THEN l.id END,
                 l.reference, l.amount_minor, l.fee_minor, l.amount_minor - l.fee_minor, 'EUR'
            FROM merchants_settlementline l JOIN merchants_store s ON s.id = l.store_id
            LEFT JOIN pos_charge c ON c.id = l.id AND l.kind = 'sale'
            LEFT JOIN pos_refund r ON r.id = l.id AND l.kind = 'refund'
            LEFT JOIN pos_terminal t ON t.id = coalesce(c.terminal_id, r.terminal_id)
            LEFT JOIN merchants_staffmember m ON m.id = coalesce(c.cashier_id, r.cashier_id)
            LEFT JOIN identity_user u ON u.id = m.user_id
           WHERE l.settlement_id = %s ORDER BY l.at, l.id) TO STDOUT (FORMAT csv)
"""


def take_bare() -> None:
    """Take and sum the lines by SQL alone, for a settlement that says nothing."""
    balance = find_balance()
    with transaction.atomic(), connection.cursor() as cursor:
        nothing = dict.fromkeys(_FIGURES, 0)
        settlement = Settlement.objects.create(
            id=uuid6.uuid7(),
            balance=balance,
            number=10_000,
            currency=balance.currency,
            opened_at=balance.settled_until,
            closed_at=balance.settled_until + timedelta(days=2),
            **nothing,
        )
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(_TAKE, [settlement.id, balance.id])
        cursor.fetchall()


def settle() -> None:
    """Close the settlement of all lines."""
    close_settlement(find_balance().id)


def copy() -> None:
    """Copy the settled lines to nowhere."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        with cursor.copy(_COPY, [find().id]) as lines:
            for _ in lines:
                pass


def export() -> None:
    """Write the settlement's file to nowhere."""
    for _ in write_settlement_csv(
        find(), PROGRAM, find_makers=find_makers, write_lines=write_lines
    ):
        pass


def find_balance() -> MerchantBalance:
    """Find the balance that has lines."""
    line = SettlementLine.objects.select_related("balance").filter(settlement=None).first()
    assert line is not None, "the benchmark has made lines"
    return line.balance


def find() -> Settlement:
    """Find the settlement that was closed."""
    return Settlement.objects.select_related("balance__merchant").latest("closed_at")


_STEPS = {"bare": take_bare, "settle": settle, "copy": copy, "export": export}


def main() -> None:
    """Do one step; print its seconds and the most memory that this process held."""
    MerchantBalance.objects.exists()
    began = time.perf_counter()
    _STEPS[sys.argv[1]]()
    took_s = time.perf_counter() - began
    mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"s": took_s, "mb": mb}))


if __name__ == "__main__":
    main()
