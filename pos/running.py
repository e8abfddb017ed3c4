"""Commands that are still running, although whoever sent them has no answer.

A COMMIT can wait for a standby for as long as that is away. Whoever asks again meanwhile waits
for the first one's locks, in vain; but nothing may be said of money that is not known. So a
command marks what it is about, with a lock that ends with its transaction, however that ends.
"""

import contextlib
import hashlib
from collections.abc import Iterator

from django.db import OperationalError, connection

from foundation.idempotency import StillRunning
from ledger.transactions import read_sqlstate

# Shared, because it keeps nobody waiting: it is only looked at.
MARK = "pg_try_advisory_xact_lock_shared(%(running)s)"
_NOBODY_RUNS = "SELECT pg_try_advisory_xact_lock(%s)"
# lock_not_available, and query_canceled: several waits for a lock, one after the other.
_WAITED = {"55P03", "57014"}


def number_command(*about: object) -> int:
    """Return the number that PostgreSQL knows a command by: what it is about, hashed."""
    text = " ".join(map(str, about))
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def mark_running(number: int) -> None:
    """Mark the command until the transaction around it has ended."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {MARK}", {"running": number})


@contextlib.contextmanager
def taking_waits_for_running() -> Iterator[None]:
    """Take whatever keeps the block waiting for such a command.

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
def telling_running(number: int) -> Iterator[None]:
    """Raise `StillRunning` where the block waited in vain and this command still runs.

    Raises:
        StillRunning: the block waited too long, and such a command is still running.
    """
    try:
        yield
    except OperationalError as failure:
        is_wait = read_sqlstate(failure) in _WAITED
        if not is_wait or connection.in_atomic_block or _ends(number):
            raise
        raise StillRunning from failure


def _ends(number: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_NOBODY_RUNS, [number])
        (is_over,) = cursor.fetchone()
    return bool(is_over)
