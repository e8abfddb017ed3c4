"""The connection to the Redis-compatible server, for hints only.

It never holds anything that must be true, so an unreachable server costs a hint and never a
sale: after a failure it is not contacted for a second for the same purpose.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)
_PAUSE_S = 1.0
PAGES, JOBS = "pages", "jobs"
# By purpose: the queue may be slow while pages are still told.
_away_until: dict[str, float] = {}


@lru_cache(maxsize=1)
def connect() -> redis.Redis:
    """Return this process's connection pool."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.25
    )


class _Line:
    """A connection of a process that takes no answers, so that nobody waits for one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner = 0
        # Its own type says nothing of what it sends.
        self._connection: Any = None

    def send(self, *command: str) -> None:
        """Send a command; whether it was carried out stays unknown.

        Raises:
            RedisError, OSError: not sent.
        """
        with self._lock:
            # Who had the lock before may have waited in vain; nobody else shall.
            if not is_away(PAGES):
                self._open().send_command(*command)

    def _open(self) -> Any:  # noqa: ANN401  as above
        line = self._connection
        # A forked process opens its own.
        if line is not None and self._owner == os.getpid():
            if _goes_on(line):
                return line
            line.disconnect()
        fresh: Any = connect().connection_pool.make_connection()
        self._connection, self._owner = fresh, os.getpid()
        fresh.connect()
        fresh.send_command("CLIENT", "REPLY", "OFF")
        return fresh


def _goes_on(line: Any) -> bool:  # noqa: ANN401  its own type says nothing of this
    # As nothing is answered, news is the connection's end.
    try:
        return line.is_connected and not line.can_read()
    except (redis.RedisError, OSError):
        return False


_line = _Line()


def publish(channel: str, message: str) -> None:
    """Send a message to a channel's listeners, without waiting for the server.

    Raises:
        RedisError, OSError: not sent.
    """
    _line.send("PUBLISH", channel, message)


def after_commit(send: Callable[[], None]) -> None:
    """Call once the transaction has committed; at once where there is none.

    Django would open a connection to find out that there is none.
    """
    if transaction.get_connection().in_atomic_block:
        transaction.on_commit(send, robust=True)
    else:
        send()


def is_away(purpose: str) -> bool:
    """Return whether the server was found away for this purpose within the last second."""
    return time.monotonic() < _away_until.get(purpose, 0)


def hint(purpose: str, send: Callable[[], object]) -> None:
    """Send something that may be lost; a failure is logged and swallowed."""
    if is_away(purpose):
        return
    try:
        send()
    except (redis.RedisError, OSError) as failure:
        _away_until[purpose] = time.monotonic() + _PAUSE_S
        logger.warning("A hint was lost, the relay is away: %s", failure)
