"""How the tills do today: charges that were paid, how soon, what was sold, and who sells."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from merchants.models import Merchant
from merchants.queries import find_last_midnight, read_clock
from pos.queries import first_id_at
from pos.terminals import OpenTill, list_open_tills

_BEST_SHOWN = 5
# Both read the charges of about today alone: ids run with time, and are indexed by merchant.
_SHOWN = """
    SELECT count(*) FILTER (WHERE status IN ('captured', 'cashed')),
           count(*) FILTER (WHERE status IN ('canceled', 'expired')
                               OR status IN ('open', 'claimed')
                              AND expires_at <= clock_timestamp()),
           percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (
               ORDER BY extract(epoch FROM captured_at - created_at)::float8)
               FILTER (WHERE captured_at IS NOT NULL)
      FROM pos_charge WHERE merchant_id = %s AND id >= %s AND created_at >= %s
"""
_BEST = """
    SELECT charge.currency, line.name, sum(line.quantity)::bigint AS pieces,
           sum(line.quantity * line.unit_price_minor - line.discount_minor
               + line.added_vat_minor)::bigint AS minor
      FROM pos_charge charge JOIN pos_chargeline line ON line.charge_id = charge.id
     WHERE charge.merchant_id = %s AND charge.id >= %s AND charge.captured_at >= %s
     GROUP BY 1, 2
     ORDER BY pieces DESC, minor DESC, line.name LIMIT %s
"""


class Best(NamedTuple):
    """An item that is sold often today, in minor units of its currency."""

    currency: str
    name: str
    pieces: int
    sold_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TillDay:
    """Today's charges that have ended, in all currencies together.

    The times are seconds from showing a code to its payment: half of all, and 95 of 100, took
    less. None: nothing was paid.
    """

    paid_count: int
    unpaid_count: int
    half_s: float | None
    most_s: float | None
    best: list[Best] = field(default_factory=list)
    open_tills: list[OpenTill] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Return how many charges were shown and have ended."""
        return self.paid_count + self.unpaid_count

    @property
    def percent_paid(self) -> int | None:
        """Return how many of 100 charges were paid, rounded down; None without any."""
        return 100 * self.paid_count // self.count if self.count else None


def read_today(merchant: Merchant) -> TillDay:
    """Read the charges that were opened, and the items that were paid, since midnight."""
    midnight = find_last_midnight(merchant.time_zone, now=read_clock())
    # Paid after midnight, some were opened before.
    opened_after = midnight - timedelta(seconds=settings.CHARGE_LIFE_MAX_S)
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN, [merchant.id, first_id_at(midnight), midnight])
        paid_count, unpaid_count, times = cursor.fetchone()
        cursor.execute(_BEST, [merchant.id, first_id_at(opened_after), midnight, _BEST_SHOWN])
        best = [Best(*row) for row in cursor.fetchall()]
    half_s, most_s = times or (None, None)
    return TillDay(
        paid_count=paid_count,
        unpaid_count=unpaid_count,
        half_s=half_s,
        most_s=most_s,
        best=best,
        open_tills=list_open_tills(merchant.id),
    )
