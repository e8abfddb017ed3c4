"""Beat's timetable, which gives signs of life each time it looks what is due."""

import logging
from typing import Any

from celery.beat import PersistentScheduler
from django.db import DatabaseError, close_old_connections

from foundation.heartbeat import report_alive
from foundation.postgresql.base import DatabaseWrapper
from relay.pulses import note_pulse

logger = logging.getLogger(__name__)


class Timetable(PersistentScheduler):
    """Celery's own scheduler; the shortest interval of the schedule is that of the signs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # So that a database that hangs holds no job up: sending one needs no database.
        DatabaseWrapper.share_connections(most=1)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due, and then the signs: a tick that hangs gives none."""
        wait_s: float = super().tick(*args, **kwargs)
        report_alive()
        _note()
        return wait_s


def _note() -> None:
    try:
        note_pulse("beat")
    except DatabaseError as failure:
        # Jobs go on being sent: whoever takes them finds out about the database.
        logger.warning("Beat could not note that it runs: %s", failure)
    finally:
        close_old_connections()
