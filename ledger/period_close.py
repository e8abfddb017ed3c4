"""The period close: the instant up to which history is final, and how it moves forward.

A transfer's instant is taken while its transaction runs, so by itself a transfer of this
morning may become visible this noon. Posting therefore never takes an instant up to
`announced_until`, and once every transaction has ended that may not have seen the announcement,
everything up to it is final: `closed_until`. Balances, checkpoints and seals of the past rest
on that, and on no clock that only runs forward. Two SQL functions move it, because the
application may not write it: whoever may would date transfers at will and keep them from being
sealed.
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
    """Close the books up to now; give the instant up to which they are closed.

    Waits for the transactions that were under way when it began, and for no payer: they
    go on meanwhile, with later instants. When one of them takes longer than `patience_s`,
    the books stay closed up to where they were (null: nowhere), and a warning is logged:
    meanwhile nothing is sealed.

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
    """Return the instant up to which no transfer will be posted any more."""
    return _ask(_READ_CLOSED)


def _ask(question: str) -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(question)
        (instant,) = cursor.fetchone()
    assert instant is None or isinstance(instant, datetime)
    return instant
