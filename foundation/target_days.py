"""The days on which banks settle euros: the calendar of TARGET.

Closed are Saturdays, Sundays, 1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December
(ECB, long-term calendar for TARGET closing days, 14 December 2000).
"""

from datetime import date, timedelta

from dateutil.easter import easter

_DAY = timedelta(days=1)
_SATURDAY = 5
_FIXED = {(1, 1), (5, 1), (12, 25), (12, 26)}
# Good Friday and Easter Monday, from Easter Sunday.
_MOVABLE = (timedelta(days=-2), timedelta(days=1))


def is_target_day(day: date) -> bool:
    """Return whether banks settle euros on this day."""
    if day.weekday() >= _SATURDAY or (day.month, day.day) in _FIXED:
        return False
    return day - easter(day.year) not in _MOVABLE


def find_target_day(day: date) -> date:
    """Return the first such day from this one on."""
    while not is_target_day(day):
        day += _DAY
    return day


def find_next_target_day(day: date) -> date:
    """Return the first such day after this one."""
    return find_target_day(day + _DAY)
