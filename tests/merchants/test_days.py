"""Today by the hour, beside the same weekday of the week before."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from merchants import days
from merchants.days import HEIGHT, read_day
from merchants.models import SettlementLine
from tests import factories
from tests.clocks import date_back

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def find_noon_zone():
    """Return a time zone in which it is about noon, so that no day ends under the test."""
    hours = 12 - timezone.now().hour
    return f"Etc/GMT{-hours:+d}"


@pytest.fixture
def place():
    return factories.open_shop(time_zone=find_noon_zone())


@pytest.fixture
def now(place):
    return timezone.now().astimezone(ZoneInfo(place.merchant.time_zone))


def sell(place, customer, amount_minor, *, at):
    charge = factories.sell(place, customer, amount_minor=amount_minor)
    date_back(SettlementLine.objects.filter(pk=charge.pk), at=at)
    return charge


def read(place):
    return read_day(factories.balance_of(place))


def test_a_day_is_compared_with_the_same_time_a_week_before(place, customer, now):
    sell(place, customer, 1000, at=now - timedelta(minutes=3))
    sell(place, customer, 501, at=now - timedelta(hours=2))
    sell(place, customer, 300, at=now - timedelta(days=1))
    sell(place, customer, 700, at=now - WEEK - timedelta(minutes=5))
    sell(place, customer, 400, at=now - WEEK + timedelta(hours=2))
    sell(place, customer, 900, at=now - WEEK - timedelta(days=1))

    day = read(place)

    assert (day.sales_count, day.amount_minor, day.average_minor) == (2, 1501, 751)
    assert (day.then_count, day.then_minor, day.change) == (1, 700, "+114 %")
    busy = {each.hour: (each.sold_minor, each.before_minor) for each in day.hours}
    assert busy[(now - timedelta(hours=2)).hour] == (501, 0)
    assert busy[(now + timedelta(hours=2)).hour] == (0, 400)
    assert sum(sold for sold, _ in busy.values()) == 1501
    assert sum(before for _, before in busy.values()) == 1100


def test_settled_lines_and_refunds_count_too(place, customer, now):
    charge = sell(place, customer, 1000, at=now)
    factories.refund(place, charge, amount_minor=250)
    factories.settle(place)
    sell(place, customer, 500, at=now)

    day = read(place)

    assert (day.sales_count, day.sold_minor, day.refunded_minor) == (2, 1500, 250)
    assert (day.amount_minor, day.change) == (1250, "")


def test_less_than_a_week_before_has_a_minus(place, customer, now):
    sell(place, customer, 500, at=now)
    sell(place, customer, 1000, at=now - WEEK - timedelta(minutes=1))

    assert read(place).change == "\N{MINUS SIGN}50 %"


def test_nothing_sold_draws_nothing(place):
    day = read(place)

    assert (day.amount_minor, day.average_minor, day.hours, day.bars) == (0, None, [], [])


def test_the_highest_bar_is_as_high_as_the_chart(place, customer, now):
    sell(place, customer, 1000, at=now)
    sell(place, customer, 1, at=now - timedelta(hours=3))

    first, *_, last = read(place).bars

    assert last.now[1] == 0
    assert last.now[3] == HEIGHT
    # A sale of a cent is seen too.
    assert first.now[3] == 1
    assert first.middle < last.middle == read(place).width - days.HOUR_WIDTH // 2


def test_a_week_with_a_change_of_summer_time_is_one_by_the_clock():
    zone = "Europe/Dublin"
    after = datetime(2026, 10, 26, 12, tzinfo=ZoneInfo(zone))

    before = days._go_back_a_week(after, zone)

    assert (before.day, before.hour) == (19, 12)
    assert after.astimezone(UTC) - before.astimezone(UTC) == WEEK + timedelta(hours=1)
