"""What customers paid in twelve months, by the shop's country.

A limited network tells the authority of a country once its payments there exceed a million euro
in the preceding twelve months (PSD2, Article 37(2)). Payments are captures as the ledger has
them: one SQL on its transfers. Refunds do not lessen them, because they were executed all the
same.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from console.models import NetworkCount, NetworkValue
from merchants.models import Licence
from merchants.organisations import find_organisation
from merchants.queries import read_clock

CURRENCY = "EUR"
# A million euro, and the share of it at which an operator is told.
LIMIT_MINOR = 100_000_000
WARNS_AT_PERCENT = 80
_ADD_UP = """
    SELECT coalesce(a.country, m.country) AS country, t.currency,
           date_trunc('month', t.posted_at AT TIME ZONE %(zone)s)::date AS month,
           count(*), sum(t.amount_minor)::bigint
      FROM ledger_transfer t
      JOIN merchants_store s ON s.takings_account_id = t.credit_account_id
      JOIN merchants_merchant m ON m.id = s.merchant_id
      LEFT JOIN merchants_storeaddress a ON a.store_id = s.id
     WHERE t.kind = 'capture' AND t.phase IN ('single', 'post')
       AND t.posted_at >= %(since)s AND t.posted_at < %(until)s
     GROUP BY 1, 2, 3
"""


@dataclass(slots=True)
class CountryValue:
    """A country's twelve months: euro, and beside them each other currency; in minor units."""

    country: str
    payments_count: int = 0
    value_minor: int = 0
    others: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def percent(self) -> int:
        """Return the share of the million in whole percent, rounded down."""
        return 100 * self.value_minor // LIMIT_MINOR

    @property
    def is_near(self) -> bool:
        """Return whether an operator is told."""
        return 100 * self.value_minor >= WARNS_AT_PERCENT * LIMIT_MINOR

    @property
    def is_over(self) -> bool:
        """Return whether the authority is to be told: more than a million."""
        return self.value_minor > LIMIT_MINOR


def is_limited_network() -> bool:
    """Return whether the organisation is a limited network, which the limit is of."""
    organisation = find_organisation()
    return organisation is not None and organisation.licence == Licence.LIMITED_NETWORK


def count_values() -> NetworkCount | None:
    """Add up the twelve months until now and keep them; None where no limit is to be kept.

    They begin with the day after today's of a year ago, in the organisation's time zone. Twice,
    or two at once, are two counts, each right at its own instant.
    """
    organisation = find_organisation()
    if organisation is None or not is_limited_network():
        return None
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        until = read_clock()
        since = _find_beginning(until, zone=ZoneInfo(organisation.time_zone))
        facts: dict[str, Any] = {
            "zone": organisation.time_zone,
            "since": since,
            "until": until,
        }
        cursor.execute(_ADD_UP, facts)
        rows = cursor.fetchall()
        count = NetworkCount.objects.create(since=since, until=until)
        NetworkValue.objects.bulk_create(
            NetworkValue(
                count=count,
                country=country,
                currency=currency,
                month=month,
                payments_count=payments_count,
                value_minor=value_minor,
            )
            for country, currency, month, payments_count, value_minor in rows
        )
    return count


def find_last_count() -> NetworkCount | None:
    """Return the newest count; None before the first."""
    return NetworkCount.objects.order_by("-id").first()


def list_countries_of(count: NetworkCount) -> list[CountryValue]:
    """List the countries of a count, the one with most euro first."""
    found: dict[str, CountryValue] = {}
    for row in count.values.order_by("country", "currency", "month"):
        each = found.setdefault(row.country, CountryValue(row.country))
        each.payments_count += row.payments_count
        if row.currency == CURRENCY:
            each.value_minor += row.value_minor
        else:
            each.others[row.currency] += row.value_minor
    return sorted(found.values(), key=lambda each: (-each.value_minor, each.country))


def list_near() -> list[CountryValue]:
    """List the countries of the newest count that are near the limit, or over it."""
    count = find_last_count() if is_limited_network() else None
    return [each for each in list_countries_of(count) if each.is_near] if count else []


def _find_beginning(until: datetime, *, zone: ZoneInfo) -> datetime:
    today = until.astimezone(zone).date()
    return datetime.combine(_go_back_a_year(today) + timedelta(days=1), time.min, zone)


def _go_back_a_year(day: date) -> date:
    # The 29th of February has no day a year before; the 28th is its neighbour.
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap else day.day)
