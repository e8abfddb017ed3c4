"""The instant up to which the books are final, and how it is moved forward.

Migration `0006_horizon` says why it is needed and what posting does with it. It is moved by
the functions of `0013_close_by_function`, because the application may not write it.
"""

import logging
import time
from datetime import datetime

from django.db import connection

logger = logging.getLogger(__name__)

_ANNOUNCE = "SELECT ledger_announce_horizon()"
_CLOSE = "SELECT ledger_close_horizon()"
_READ_CLOSED = "SELECT closed_until FROM ledger_horizon"
_PAUSE_S = 0.02


def close_horizon(*, patience_s: float = 20) -> datetime | None:
    """Close the books up to now; give the instant up to which they are closed.

    Waits for the transactions that were under way when it began, and for no payer: they
    go on meanwhile, with later instants. When one of them takes longer than `patience_s`,
    the books stay closed up to where they were (null: nowhere), and a warning is logged:
    meanwhile nothing is sealed.

    Raises:
        RuntimeError: called inside a transaction, which it would wait for.
    """
    if connection.in_atomic_block:
        raise RuntimeError("The horizon cannot be closed from within a transaction.")
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
    """Give the instant up to which no transfer will be posted any more."""
    return _ask(_READ_CLOSED)


def _ask(question: str) -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(question)
        (instant,) = cursor.fetchone()
    assert instant is None or isinstance(instant, datetime)
    return instant
