"""Banks settle euros on the days of TARGET's calendar."""

from datetime import date, timedelta

import pytest

from foundation.target_days import find_next_target_day, find_target_day, is_target_day

# As the European Central Bank lists them: on weekdays alone, each of them is a closing day.
CLOSED_ON_WEEKDAYS = [
    *(date(2024, 1, 1), date(2024, 3, 29), date(2024, 4, 1), date(2024, 5, 1)),
    *(date(2024, 12, 25), date(2024, 12, 26)),
    *(date(2025, 1, 1), date(2025, 4, 18), date(2025, 4, 21), date(2025, 5, 1)),
    *(date(2025, 12, 25), date(2025, 12, 26)),
    *(date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1)),
    date(2026, 12, 25),
]


def test_three_years_have_just_these_closing_days():
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(366 + 365 + 365)]

    closed = [day for day in days if day.weekday() < 5 and not is_target_day(day)]

    assert closed == CLOSED_ON_WEEKDAYS
    assert not any(is_target_day(day) for day in days if day.weekday() >= 5)


@pytest.mark.parametrize(
    ("day", "on", "after"),
    [
        ("2026-11-30", "2026-11-30", "2026-12-01"),
        ("2026-12-04", "2026-12-04", "2026-12-07"),
        ("2026-12-05", "2026-12-07", "2026-12-07"),
        ("2026-12-24", "2026-12-24", "2026-12-28"),
        ("2026-12-31", "2026-12-31", "2027-01-04"),
        ("2027-03-25", "2027-03-25", "2027-03-30"),
    ],
)
def test_a_day_is_paid_on_the_first_one_that_is_open(day, on, after):
    asked = date.fromisoformat(day)

    assert find_target_day(asked) == date.fromisoformat(on)
    assert find_next_target_day(asked) == date.fromisoformat(after)
