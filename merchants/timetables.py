"""When a merchant's settlements close, and when they are due to be paid: pure functions.

A cut is the first instant at which the shop's clock shows the chosen time of its day, or a
later one. So a time that the clock skips in spring is the instant of the change, and of a time
that it shows twice in autumn the first one counts: each day has one cut, and they never cross.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from foundation.target_days import find_next_target_day, find_target_day
from merchants.models import Merchant, Rhythm

# One more than the rhythm's own, for a zone that skipped a day or shows one twice.
_DAYS, _WEEKLY_DAYS = 2, 9
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Timetable:
    """A rhythm, the shop time of its cuts, and the weekday of the weekly ones (Monday: 0)."""

    rhythm: str
    weekday: int
    cut_off: time
    time_zone: str

    @classmethod
    def of(cls, merchant: Merchant) -> Self:
        """Return a merchant's timetable."""
        return cls(
            rhythm=merchant.rhythm,
            weekday=merchant.closing_weekday,
            cut_off=merchant.cut_off,
            time_zone=merchant.time_zone,
        )

    def find_last_cut(self, now: datetime) -> datetime:
        """Return the last cut up to now, in UTC."""
        return max(cut for cut in self._list_near(now) if cut <= now)

    def find_next_cut(self, now: datetime) -> datetime:
        """Return the first cut after now, in UTC."""
        return min(cut for cut in self._list_near(now) if cut > now)

    def find_due_day(self, cut_at: datetime) -> date:
        """Return the day on which a payout is due that closed at this instant."""
        day = cut_at.astimezone(ZoneInfo(self.time_zone)).date()
        if self.rhythm == Rhythm.SAME_DAY:
            return find_target_day(day)
        return find_next_target_day(day)

    def _list_near(self, now: datetime) -> Iterator[datetime]:
        today = now.astimezone(ZoneInfo(self.time_zone)).date()
        is_weekly = self.rhythm == Rhythm.WEEKLY
        most = _WEEKLY_DAYS if is_weekly else _DAYS
        for days in range(-most, most + 1):
            day = today + timedelta(days=days)
            if not is_weekly or day.weekday() == self.weekday:
                yield find_cut(day, self.cut_off, self.time_zone)


def find_cut(day: date, at: time, time_zone: str) -> datetime:
    """Return the first instant at which a zone's clock shows this time of the day, in UTC.

    Where the clock skips it, that is the instant of the change.
    """
    zone, wanted = ZoneInfo(time_zone), datetime.combine(day, at)
    late = wanted.replace(tzinfo=zone).astimezone(UTC)
    if _read(late, zone) == wanted:
        return late
    # In a gap PEP 495 reads the time by the offset before the change, or after it: these
    # instants lie after the change and before it, and whole seconds part them.
    early = wanted.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while late - early > _SECOND:
        middle = early + (late - early) // (2 * _SECOND) * _SECOND
        early, late = (early, middle) if _read(middle, zone) >= wanted else (middle, late)
    return late


def _read(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)
