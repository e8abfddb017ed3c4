"""Beat's timetable, which reports a sign of life each time it checks what is due."""

import logging
from typing import Any

from celery.beat import PersistentScheduler
from django.db import DatabaseError, close_old_connections

from foundation.heartbeat import report_alive
from foundation.postgresql.base import DatabaseWrapper
from relay.pulses import note_pulse

logger = logging.getLogger(__name__)


class Timetable(PersistentScheduler):
    """Celery's own scheduler; signs come at the shortest interval of the schedule."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # So that a hanging database delays no job: sending one needs no database.
        DatabaseWrapper.share_connections(most=1)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send the due jobs, then the signs of life: a tick that hangs sends none."""
        wait_s: float = super().tick(*args, **kwargs)
        report_alive()
        _note()
        return wait_s


def _note() -> None:
    try:
        note_pulse("beat")
    except DatabaseError as failure:
        # Jobs are still sent: the worker that takes them handles the database's failure.
        logger.warning("Beat could not note that it runs: %s", failure)
    finally:
        close_old_connections()
