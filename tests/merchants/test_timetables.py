"""Cuts come once a day whatever the clock does, and payouts are due on banking days."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from foundation.target_days import is_target_day
from merchants.models import Rhythm
from merchants.timetables import Timetable, find_cut

# Changes of an hour, of half of one, at midnight, at 1, 2 and 3; offsets of 30 and 45 minutes;
# summer time that is the standard one, and a month of winter time in Ramadan.
ZONES = [
    "Africa/Casablanca",
    "America/Havana",
    "America/Santiago",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "Pacific/Auckland",
    "Pacific/Chatham",
]
CUT_OFFS = [time(0), time(0, 30), time(1, 59), time(2, 30), time(3), time(22), time(23, 59)]
TICK = timedelta(microseconds=1)
# A leap year: 366 days.
DAYS = [date(2028, 1, 1) + timedelta(days=number) for number in range(366)]


def show(instant, zone):
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def plan(rhythm=Rhythm.NEXT_DAY, *, weekday=0, cut_off=time(0), zone="Europe/Dublin"):
    return Timetable(rhythm=rhythm, weekday=weekday, cut_off=cut_off, time_zone=zone)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("cut_off", CUT_OFFS, ids=str)
def test_each_of_366_days_has_one_cut(zone, cut_off):
    timetable = plan(cut_off=cut_off, zone=zone)
    cuts = [find_cut(day, cut_off, zone) for day in DAYS]

    for day, cut in zip(DAYS, cuts, strict=True):
        wanted = datetime.combine(day, cut_off)
        assert show(cut - TICK, zone) < wanted <= show(cut, zone)
    for before, cut, after in zip(cuts, cuts[1:], cuts[2:], strict=False):
        assert before < cut < after
        assert timetable.find_last_cut(cut - TICK) == before
        assert timetable.find_last_cut(cut) == cut
        assert timetable.find_next_cut(cut - TICK) == cut
        assert timetable.find_next_cut(cut) == after


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("rhythm", Rhythm)
def test_payouts_are_due_on_banking_days_and_never_before_they_close(zone, rhythm):
    for day in DAYS:
        timetable = plan(rhythm, weekday=day.weekday(), cut_off=time(22), zone=zone)
        due_on = timetable.find_due_day(find_cut(day, time(22), zone))

        assert is_target_day(due_on)
        assert due_on >= day if rhythm == Rhythm.SAME_DAY else due_on > day
        # Easter with the weekend makes four days without banks.
        assert due_on - day <= timedelta(days=5)


@pytest.mark.parametrize("zone", ZONES)
def test_a_weekly_timetable_cuts_on_its_weekday_alone(zone):
    timetable = plan(Rhythm.WEEKLY, weekday=6, cut_off=time(2, 30), zone=zone)
    cut = timetable.find_next_cut(datetime(2028, 1, 1, tzinfo=UTC))
    seen = []
    while cut.year == 2028:
        seen.append(show(cut, zone).date())
        assert timetable.find_last_cut(cut) == cut
        cut = timetable.find_next_cut(cut)

    assert seen == [day for day in DAYS if day.weekday() == 6]


@pytest.mark.parametrize(
    ("zone", "day", "cut_off", "cut"),
    [
        # Skipped: from 1:00 to 2:00, from 2:00 to 2:30, from 0:00 to 1:00.
        ("Europe/Dublin", "2026-03-29", "01:30", "2026-03-29T01:00"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30"),
        ("America/Havana", "2026-03-08", "00:30", "2026-03-08T05:00"),
        # Shown twice: the first one counts.
        ("Europe/Dublin", "2026-10-25", "01:30", "2026-10-25T00:30"),
        ("America/Havana", "2026-11-01", "00:00", "2026-11-01T04:00"),
        # A day that was left out altogether ends when the next one begins.
        ("Pacific/Apia", "2011-12-30", "12:00", "2011-12-30T10:00"),
    ],
)
def test_a_time_that_is_skipped_or_comes_twice_has_one_meaning(zone, day, cut_off, cut):
    found = find_cut(date.fromisoformat(day), time.fromisoformat(cut_off), zone)

    assert found == datetime.fromisoformat(cut).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("rhythm", "closed", "due"),
    [
        (Rhythm.SAME_DAY, "2026-12-24", "2026-12-24"),
        (Rhythm.SAME_DAY, "2026-12-25", "2026-12-28"),
        (Rhythm.NEXT_DAY, "2026-12-24", "2026-12-28"),
        (Rhythm.NEXT_DAY, "2026-12-01", "2026-12-02"),
        (Rhythm.WEEKLY, "2026-12-04", "2026-12-07"),
        (Rhythm.WEEKLY, "2027-03-25", "2027-03-30"),
    ],
)
def test_a_payout_is_due_by_the_shop_s_day(rhythm, closed, due):
    # In Auckland it is the day that UTC has not reached yet.
    zone = "Pacific/Auckland"
    cut = find_cut(date.fromisoformat(closed), time(1), zone)

    assert cut.date() < date.fromisoformat(closed)
    assert plan(rhythm, zone=zone).find_due_day(cut) == date.fromisoformat(due)
