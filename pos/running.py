"""Commands that are still running although whoever sent them has got no answer.

A COMMIT waits for an absent standby without limit. A repeated request meanwhile waits for the
first one's locks, in vain, and its answer must not claim an outcome that is unknown. So a
command marks its subject with an advisory lock (`pos/sql/mark_running.sql`), which ends with
its transaction, however that ends.
"""

import contextlib
from collections.abc import Callable, Iterator

from django.db import OperationalError, connection

from foundation.idempotency import StillRunning
from ledger.transactions import read_sqlstate

_NOBODY_RUNS = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"
# lock_not_available, and query_canceled (several waits for locks, one after the other).
_WAITED = {"55P03", "57014"}


def mark_running(about: object) -> None:
    """Mark the command about this as running until its transaction has ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pos_mark_running(%s)", [str(about)])


@contextlib.contextmanager
def taking_waits_for_running() -> Iterator[None]:
    """Take any lock wait of the block for such a command.

    Raises:
        StillRunning: the block waited too long.
    """
    try:
        yield
    except OperationalError as failure:
        if read_sqlstate(failure) not in _WAITED:
            raise
        raise StillRunning from failure


@contextlib.contextmanager
def telling_running(find_subject: Callable[[], object]) -> Iterator[None]:
    """Raise `StillRunning` where the block waited in vain and such a command still runs.

    What it is about is only asked for then.

    Raises:
        StillRunning: the block waited too long, and such a command is still running.
    """
    try:
        yield
    except OperationalError as failure:
        is_wait = read_sqlstate(failure) in _WAITED
        if not is_wait or connection.in_atomic_block or _ends(str(find_subject())):
            raise
        raise StillRunning from failure


def _ends(about: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_NOBODY_RUNS, [about])
        (is_over,) = cursor.fetchone()
    return bool(is_over)
