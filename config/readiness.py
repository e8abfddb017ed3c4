"""Whether this process can sell, and how long ago the recurring jobs were done."""

import threading
import time
from dataclasses import dataclass

from django.db import DatabaseError, connection

from foundation.postgresql.limits import LIMITS, MISSING
from relay.pulses import Beat, read_pulses

# After how many seconds a job is late; each runs every 5 or every 60.
_LATE_S = {"beat": 60, "sweep": 60, "seal": 300, "settlement": 300}
_FRESH_S, _STALE_S = 1.0, 5.0
_READY = "ready"


@dataclass(frozen=True, slots=True)
class Readiness:
    """The readiness answer: the first line decides, the others are for people."""

    lines: tuple[str, ...]
    at: float

    @property
    def is_ready(self) -> bool:
        """Return whether this process can sell."""
        return self.lines[0] == _READY

    @property
    def age_s(self) -> float:
        """Return the seconds since it was determined."""
        return time.monotonic() - self.at


class ReadinessCheck:
    """Asks the database at most once a second, by one thread, for any number of callers."""

    def __init__(self) -> None:
        self._last: Readiness | None = None
        self._asking = threading.Lock()

    def look(self) -> Readiness:
        """Return the last result; while a database hangs, only one caller waits."""
        last = self._last
        if last is not None and last.age_s < _FRESH_S:
            return last
        if self._asking.acquire(blocking=False):
            try:
                self._last = last = _ask()
            finally:
                self._asking.release()
        elif last is None or last.age_s > _STALE_S:
            return _tell("the database does not answer")
        return last


def _ask() -> Readiness:
    try:
        with connection.cursor() as cursor:
            cursor.execute(MISSING, [list(LIMITS)])
            missing = [name for (name,) in cursor.fetchall()]
        if missing:
            return _tell(f"the database role has no {', '.join(missing)}: docs/operations.md")
        return _tell(_READY, *_describe(read_pulses()))
    except DatabaseError:
        return _tell("the database is away")


def _tell(*lines: str) -> Readiness:
    return Readiness(lines, time.monotonic())


def _describe(beats: dict[str, Beat]) -> list[str]:
    return [
        f"{name}: {_describe_beat(beats.get(name), late_s)}" for name, late_s in _LATE_S.items()
    ]


def _describe_beat(beat: Beat | None, late_s: int) -> str:
    if beat is None:
        return "never, late"
    late = ", late" if beat.age_s > late_s else ""
    note = f", {beat.note}" if beat.note else ""
    return f"{beat.age_s:.0f} s ago{late}{note}"
