"""The period close: the instant up to which history is final, and how it moves forward.

A transfer takes its instant while its transaction runs, so a transfer dated this morning could
still become visible at noon. Posting therefore never takes an instant up to `announced_until`,
and once every transaction that may not have seen the announcement has ended, everything up to
it is final: `closed_until`. Past balances, checkpoints and seals rely on this, not on a clock
that only runs forward. Two SQL functions advance it, because the application may not write it:
whoever may write it can date transfers at will and keep them from being sealed.
"""

import logging
import time
from datetime import datetime

from django.db import connection

logger = logging.getLogger(__name__)

_ANNOUNCE = "SELECT ledger_announce_close()"
_CLOSE = "SELECT ledger_close_period()"
_READ_CLOSED = "SELECT closed_until FROM ledger_periodclose"
_PAUSE_S = 0.02


def close_period(*, patience_s: float = 20) -> datetime | None:
    """Close the books up to now; return the instant up to which they are closed.

    Waits for the transactions that were in progress when it began. Payers are not blocked: they
    go on, with later instants. When a transaction takes longer than `patience_s`, the books
    stay closed up to where they were (None: never closed), a warning is logged, and nothing is
    sealed meanwhile.

    Raises:
        RuntimeError: called inside a transaction, which it would wait for.
    """
    if connection.in_atomic_block:
        raise RuntimeError("A period cannot be closed from within a transaction.")
    announced_until = _ask(_ANNOUNCE)
    assert announced_until is not None
    deadline = time.monotonic() + patience_s
    while True:
        closed_until = _ask(_CLOSE)
        if closed_until is not None and closed_until >= announced_until:
            return closed_until
        if time.monotonic() > deadline:
            logger.warning(
                "The books stay closed up to %s: a transaction that began before %s goes on.",
                closed_until,
                announced_until,
            )
            return closed_until
        time.sleep(_PAUSE_S)


def read_closed_until() -> datetime | None:
    """Return the instant up to which no more transfers will be posted."""
    return _ask(_READ_CLOSED)


def _ask(question: str) -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(question)
        (instant,) = cursor.fetchone()
    assert instant is None or isinstance(instant, datetime)
    return instant
