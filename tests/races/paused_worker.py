"""A worker that closes one balance and stops itself on the way: `BALANCE CUT PLACE`.

It is a process of its own, because only a process can be stopped by SIGSTOP. It prints how its
closing ended once it goes on.
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import django

# The place that stops before a statement, and how the statement begins.
_STATEMENTS = {
    "lines taken": "UPDATE merchants_settlementline",
    "payout ordered": 'INSERT INTO "banking_order"',
}


def close(balance_id: UUID, *, cut_at: datetime, place: str) -> str:
    """Close a balance up to a cut; return the settlement's number, or the refusal's name."""
    from django.db import connection  # noqa: PLC0415  Django is set up first

    from merchants.leases import lease_free  # noqa: PLC0415
    from merchants.settlement import close_settlement  # noqa: PLC0415

    with connection.cursor() as cursor:
        # A server ends a transaction of somebody who has gone; here it is soon.
        cursor.execute("SET idle_in_transaction_session_timeout = '300ms'")
    lease = lease_free([balance_id])[balance_id]
    if place == "leased":
        _stop()
    try:
        with connection.execute_wrapper(_stop_before(_STATEMENTS.get(place))):
            settlement = close_settlement(balance_id, cut_at=cut_at, fence=lease.fence)
    except Exception as refusal:  # noqa: BLE001  the test asserts which
        return type(refusal).__name__
    return str(settlement.number)


def _stop_before(beginning: str | None) -> Callable[..., Any]:
    def look(execute: Callable[..., Any], sql: Any, *rest: Any) -> Any:
        if beginning is not None and beginning in str(sql):
            _stop()
        return execute(sql, *rest)

    return look


def _stop() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


if __name__ == "__main__":
    django.setup()
    balance, cut, where = sys.argv[1:]
    said = close(UUID(balance), cut_at=datetime.fromisoformat(cut), place=where)
    sys.stdout.write(f"{said}\n")
