"""How today goes: sales by the hour, beside the same weekday of the week before."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from merchants.models import MerchantBalance
from merchants.queries import find_last_midnight, find_next_midnight, read_clock

_WEEK = timedelta(days=7)
# The settlements that may hold a line of the two days; open lines have none.
_HOURS = """
    WITH near AS (
        SELECT id FROM merchants_settlement
         WHERE balance_id = %(balance)s AND closed_at >= %(before)s)
    SELECT l.at >= %(today)s AS is_today, l.kind = 'sale' AS is_sale,
           extract(hour FROM l.at AT TIME ZONE %(zone)s)::int AS hour,
           count(*), sum(l.amount_minor)::bigint,
           count(*) FILTER (WHERE l.at < %(then)s),
           (sum(l.amount_minor) FILTER (WHERE l.at < %(then)s))::bigint
      FROM (SELECT at, kind, amount_minor FROM merchants_settlementline
             WHERE balance_id = %(balance)s AND settlement_id IS NULL AND at >= %(before)s
            UNION ALL
            SELECT s.at, s.kind, s.amount_minor FROM near
              JOIN merchants_settlementline s ON s.settlement_id = near.id
             WHERE s.at >= %(before)s) l
     WHERE l.at >= %(today)s OR l.at < %(before_ends)s
     GROUP BY 1, 2, 3
"""
# Of the chart: an hour's width, and its height.
HOUR_WIDTH, HEIGHT = 40, 120
_BAR, _GHOST = 26, 34


@dataclass(slots=True)
class Hour:
    """An hour of the shop's clock: what was sold in it today, and a week before."""

    hour: int
    sold_minor: int = 0
    before_minor: int = 0


@dataclass(slots=True)
class Day:
    """Today until now, in one currency; `then_…` is the week before up to the same time."""

    currency: str
    sales_count: int = 0
    sold_minor: int = 0
    refunded_minor: int = 0
    then_count: int = 0
    then_minor: int = 0
    hours: list[Hour] = field(default_factory=list)

    @property
    def amount_minor(self) -> int:
        """Return the sales less refunds."""
        return self.sold_minor - self.refunded_minor

    @property
    def average_minor(self) -> int | None:
        """Return the average sale, rounded to the smallest unit; None without sales."""
        if not self.sales_count:
            return None
        return (2 * self.sold_minor + self.sales_count) // (2 * self.sales_count)

    @property
    def change(self) -> str:
        """Return how much more it is than a week before, `+12 %`; empty if unknown."""
        if self.then_minor <= 0:
            return ""
        percent = round(100 * (self.amount_minor - self.then_minor) / self.then_minor)
        return f"{percent:+d} %".replace("-", "\N{MINUS SIGN}")

    @property
    def bars(self) -> list["Bar"]:
        """Return the chart's bars, of the hours from the first to the last with sales."""
        most = max((max(each.sold_minor, each.before_minor) for each in self.hours), default=0)
        return [Bar(place, each, most) for place, each in enumerate(self.hours)] if most else []

    @property
    def width(self) -> int:
        """Return the chart's width, in the units of its bars."""
        return HOUR_WIDTH * len(self.hours)


@dataclass(frozen=True, slots=True)
class Bar:
    """An hour in the chart; the highest one is as high as the chart."""

    place: int
    hour: Hour
    most_minor: int

    @property
    def middle(self) -> int:
        """Return where its middle is."""
        return HOUR_WIDTH * self.place + HOUR_WIDTH // 2

    @property
    def now(self) -> tuple[int, int, int, int]:
        """Return today's bar: left, top, width, height."""
        return self._draw(self.hour.sold_minor, _BAR)

    @property
    def before(self) -> tuple[int, int, int, int]:
        """Return the bar of a week before."""
        return self._draw(self.hour.before_minor, _GHOST)

    def _draw(self, amount_minor: int, width: int) -> tuple[int, int, int, int]:
        height = -(-HEIGHT * amount_minor // self.most_minor)
        return self.middle - width // 2, HEIGHT - height, width, height


def read_day(balance: MerchantBalance) -> Day:
    """Add up today's sales and refunds, and those of the same weekday a week before."""
    merchant_zone = balance.merchant.time_zone
    now = read_clock()
    today = find_last_midnight(merchant_zone, now=now)
    before = _go_back_a_week(today, merchant_zone)
    facts: dict[str, Any] = {
        "balance": balance.id,
        "zone": merchant_zone,
        "today": today,
        "before": before,
        "before_ends": find_next_midnight(merchant_zone, now=before),
        "then": _go_back_a_week(now, merchant_zone),
    }
    with connection.cursor() as cursor:
        cursor.execute(_HOURS, facts)
        return _add_up(cursor.fetchall(), currency=balance.currency)


def _go_back_a_week(instant: datetime, time_zone: str) -> datetime:
    # By the shop's clock: a week with a change of summer time has an hour more or less.
    return instant.astimezone(ZoneInfo(time_zone)) - _WEEK


def _add_up(
    rows: list[tuple[bool, bool, int, int, int, int, int | None]], *, currency: str
) -> Day:
    day, hours = Day(currency), {hour: Hour(hour) for hour in range(24)}
    for is_today, is_sale, hour, count, amount_minor, then_count, then_minor in rows:
        if is_today and is_sale:
            day.sales_count += count
            day.sold_minor += amount_minor
            hours[hour].sold_minor += amount_minor
        elif is_today:
            day.refunded_minor += amount_minor
        elif is_sale:
            day.then_count += then_count
            day.then_minor += then_minor or 0
            hours[hour].before_minor += amount_minor
        else:
            day.then_minor -= then_minor or 0
    busy = [each.hour for each in hours.values() if each.sold_minor or each.before_minor]
    if busy:
        day.hours = [hours[hour] for hour in range(busy[0], busy[-1] + 1)]
    return day
