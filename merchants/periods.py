"""The days that a settlement covers, in the shop's calendar."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A span of time in a shop's zone; `end` is exclusive."""

    start: datetime
    end: datetime

    @property
    def first_day(self) -> date:
        """Return the day it begins on."""
        return self.start.date()

    @property
    def last_day(self) -> date:
        """Return the day it ends on; midnight counts to the day before."""
        return max(self.start, self.end - _MOMENT).date()

    @property
    def is_one_day(self) -> bool:
        """Return whether it lies within one day."""
        return self.first_day == self.last_day

    @property
    def starts_within_day(self) -> bool:
        """Return whether it begins after its first day's midnight."""
        return self.start.time() != time.min

    @property
    def ends_within_day(self) -> bool:
        """Return whether it ends before its last day's midnight."""
        return self.end.time() != time.min


def find_period(start: datetime, end: datetime, *, time_zone: str) -> Period:
    """Return the span between two instants in the shop's calendar."""
    zone = ZoneInfo(time_zone)
    return Period(start.astimezone(zone), end.astimezone(zone))
