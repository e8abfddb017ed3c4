"""The connection to the Redis-compatible server, for hints only.

It never holds anything that must be true, so an unreachable server costs a hint and never a
sale: after a failure it is not contacted for a second.
"""

import logging
import time
from collections.abc import Callable
from functools import lru_cache

import redis
from django.conf import settings

logger = logging.getLogger(__name__)
_PAUSE_S = 1.0
_away_until = 0.0


@lru_cache(maxsize=1)
def connect() -> redis.Redis:
    """Return this process's connection pool."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.25
    )


def hint(send: Callable[[], object]) -> None:
    """Send something that may be lost; a failure is logged and swallowed."""
    global _away_until  # noqa: PLW0603  one flag for the process, whichever thread sets it
    if time.monotonic() < _away_until:
        return
    try:
        send()
    except (redis.RedisError, OSError) as failure:
        _away_until = time.monotonic() + _PAUSE_S
        logger.warning("A hint was lost, the relay is away: %s", failure)
