"""Beat, with a sign of life: a process that hangs says nothing by itself."""

import logging
import time
from typing import Any

from celery.beat import PersistentScheduler
from django.db import DatabaseError, close_old_connections

from relay.pulses import note_pulse

logger = logging.getLogger(__name__)
_EVERY_S = 5.0


class NotedScheduler(PersistentScheduler):
    """Celery's own scheduler, which notes now and then that it still sends jobs."""

    _noted_at = float("-inf")

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due; give the seconds until the next time."""
        wait_s: float = super().tick(*args, **kwargs)
        if time.monotonic() - self._noted_at >= _EVERY_S:
            self._noted_at = time.monotonic()
            _note()
        return min(wait_s, _EVERY_S)


def _note() -> None:
    close_old_connections()
    try:
        note_pulse("beat")
    except DatabaseError as failure:
        # Jobs go on being sent: whoever takes them finds out about the database.
        logger.warning("Beat could not note that it runs: %s", failure)
