"""The days that a settlement is about, as a shop's calendar has them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A span of time in a shop's zone; what happens at `end` is no part of it."""

    start: datetime
    end: datetime

    @property
    def first_day(self) -> date:
        """Return the day it begins on."""
        return self.start.date()

    @property
    def last_day(self) -> date:
        """Return the day it ends on: what ends at midnight ends on the day before."""
        return max(self.start, self.end - _MOMENT).date()

    @property
    def is_one_day(self) -> bool:
        """Return whether it lies within one day."""
        return self.first_day == self.last_day

    @property
    def starts_within_day(self) -> bool:
        """Return whether it begins later than its first day does."""
        return self.start.time() != time.min

    @property
    def ends_within_day(self) -> bool:
        """Return whether it ends before its last day does."""
        return self.end.time() != time.min


def find_period(start: datetime, end: datetime, *, time_zone: str) -> Period:
    """Return the span between two instants as the shop's calendar has it."""
    zone = ZoneInfo(time_zone)
    return Period(start.astimezone(zone), end.astimezone(zone))
