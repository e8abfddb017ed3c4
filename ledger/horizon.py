"""The instant up to which the books are final, and how it is moved forward.

Migration `0006_horizon` says why it is needed and what posting does with it.
"""

import time
from datetime import datetime

from django.db import connection

_ANNOUNCE = """
    UPDATE ledger_horizon SET announced_until = greatest(clock_timestamp(), announced_until)
    RETURNING announced_until
"""
# Takes a transaction's number of its own: who has a smaller one began before.
_TAKE_NUMBER = "SELECT pg_current_xact_id()::text::bigint"
_READ_OLDEST = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
_CLOSE = """
    UPDATE ledger_horizon SET closed_until = greatest(%s, closed_until)
    RETURNING closed_until
"""
_READ_CLOSED = "SELECT closed_until FROM ledger_horizon"
_PAUSE_S = 0.02


def close_horizon(*, patience_s: float = 20) -> datetime | None:
    """Close the books up to now; give the instant up to which they are closed.

    Waits for the transactions that were under way when it began, and for no payer: they
    go on meanwhile, with later instants. When one of them takes longer than `patience_s`,
    the books stay closed up to where they were (null: nowhere).

    Raises:
        RuntimeError: called inside a transaction, which it would wait for.
    """
    if connection.in_atomic_block:
        raise RuntimeError("The horizon cannot be closed from within a transaction.")
    with connection.cursor() as cursor:
        cursor.execute(_ANNOUNCE)
        (announced_until,) = cursor.fetchone()
        # Taken after the announcement was committed: who has a greater number sees it. Its own
        # number would not do, because it may have waited in line to announce.
        cursor.execute(_TAKE_NUMBER)
        (number,) = cursor.fetchone()
        deadline = time.monotonic() + patience_s
        while not _has_none_older(number):
            if time.monotonic() > deadline:
                return read_closed_until()
            time.sleep(_PAUSE_S)
        cursor.execute(_CLOSE, [announced_until])
        (closed_until,) = cursor.fetchone()
    assert isinstance(closed_until, datetime)
    return closed_until


def read_closed_until() -> datetime | None:
    """Give the instant up to which no transfer will be posted any more."""
    with connection.cursor() as cursor:
        cursor.execute(_READ_CLOSED)
        (closed_until,) = cursor.fetchone()
    assert closed_until is None or isinstance(closed_until, datetime)
    return closed_until


def _has_none_older(number: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_READ_OLDEST)
        (oldest,) = cursor.fetchone()
    return bool(oldest >= number)
