"""Beat's timetable, which gives a sign of life each time it looks what is due."""

from typing import Any

from celery.beat import PersistentScheduler

from config.heartbeat import report_alive


class Timetable(PersistentScheduler):
    """Celery's own scheduler; the shortest interval of the schedule is that of the signs."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due, and then the sign: a tick that hangs gives none."""
        wait_s: float = super().tick(*args, **kwargs)
        report_alive()
        return wait_s
