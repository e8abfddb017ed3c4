"""Commands that are still running although whoever sent them has got no answer.

A COMMIT waits for an absent standby without limit. A repeated request meanwhile waits for the
first one's locks, in vain, and its answer must not claim an outcome that is unknown. So a
command marks its subject with an advisory lock, which ends with its transaction, however that
ends.
"""

import contextlib
import hashlib
from collections.abc import Iterator

from django.db import OperationalError, connection

from foundation.idempotency import StillRunning
from ledger.transactions import read_sqlstate

# Shared, because it must block nobody: it is only tested.
MARK = "pg_try_advisory_xact_lock_shared(%(running)s)"
_NOBODY_RUNS = "SELECT pg_try_advisory_xact_lock(%s)"
# lock_not_available, and query_canceled (several waits for locks, one after the other).
_WAITED = {"55P03", "57014"}


def number_command(*about: object) -> int:
    """Return the number of a command's advisory lock: a hash of its subject."""
    text = " ".join(map(str, about))
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def mark_running(number: int) -> None:
    """Mark the command as running until its transaction has ended."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {MARK}", {"running": number})


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
