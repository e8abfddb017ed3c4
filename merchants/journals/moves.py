"""A shop's money as an accountant books it: each amount from one account to another.

Every move has both sides, so whatever is made of moves balances. They are read from the same
settlements and lines as the statements, added up by day and store.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection, transaction
from django.utils.translation import gettext as translate

from merchants.models import Purpose, Settlement, Store

_ADD_UP = """
    SELECT settlement_id, (at AT TIME ZONE %s)::date, store_id,
           coalesce(sum(amount_minor) FILTER (WHERE kind = 'sale'), 0)::bigint,
           coalesce(sum(amount_minor) FILTER (WHERE kind = 'refund'), 0)::bigint,
           coalesce(sum(fee_minor), 0)::bigint
      FROM merchants_settlementline WHERE settlement_id = ANY(%s)
     GROUP BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class Move:
    """An amount in minor units, above zero, that debits one account and credits another."""

    debit: Purpose
    credit: Purpose
    amount_minor: int
    text: str


@dataclass(slots=True)
class Voucher:
    """The moves of one day from one document.

    `number` is its own and stays the same in every file; `document` names the settlement. Days
    are the shop's; on `valid_on` it was known for good.
    """

    number: str
    document: str
    on: date
    valid_on: date
    moves: list[Move] = field(default_factory=list)

    def add(self, debit: Purpose, credit: Purpose, *, amount_minor: int, text: str) -> None:
        """Add a move; one below zero goes the other way, and none of nothing is made."""
        if amount_minor < 0:
            debit, credit, amount_minor = credit, debit, -amount_minor
        if amount_minor:
            self.moves.append(Move(debit, credit, amount_minor, text))


@dataclass(frozen=True, slots=True)
class _Sums:
    store: str
    sales_minor: int
    refunds_minor: int
    fees_minor: int


def read_closed(settlements: Sequence[Settlement]) -> list[Voucher]:
    """Read the vouchers of closed settlements: each day's sums by store, then the payout."""
    if not settlements:
        return []
    zone = settlements[0].balance.merchant.time_zone
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(_ADD_UP, [zone, [settlement.id for settlement in settlements]])
        # Sorted here, because a sort there would be of every line.
        rows = sorted(cursor.fetchall())
    stores = Store.objects.filter(pk__in={store_id for _, _, store_id, *_ in rows})
    names = dict(stores.values_list("id", "name"))
    days: dict[object, dict[date, list[_Sums]]] = {each.id: {} for each in settlements}
    for settlement_id, day, store_id, *sums in rows:
        days[settlement_id].setdefault(day, []).append(_Sums(names[store_id], *sums))
    return [
        voucher
        for settlement in settlements
        for voucher in _make_vouchers(settlement, days[settlement.id])
    ]


def _make_vouchers(settlement: Settlement, days: dict[date, list[_Sums]]) -> list[Voucher]:
    period, document = settlement.period, name_document(settlement)
    made = {
        day: Voucher(f"{document}-{number}", document, day, period.end.date())
        for number, day in enumerate(sorted({*days, period.last_day}), start=1)
    }
    for day, stores in days.items():
        for sums in stores:
            _add_store(made[day], sums)
    closing = made[period.last_day]
    closing.add(
        Purpose.CLEARING,
        Purpose.ADJUSTMENTS,
        amount_minor=settlement.adjusted_minor,
        text=translate("Adjustments in %(document)s") % {"document": document},
    )
    closing.add(
        Purpose.TRANSIT,
        Purpose.CLEARING,
        amount_minor=settlement.payout_minor,
        text=translate("Payout of %(document)s") % {"document": document},
    )
    return list(made.values())


def _add_store(voucher: Voucher, sums: _Sums) -> None:
    clearing, named = Purpose.CLEARING, {"store": sums.store}
    words = translate("Sales, %(store)s") % named
    voucher.add(clearing, Purpose.SALES, amount_minor=sums.sales_minor, text=words)
    words = translate("Refunds, %(store)s") % named
    voucher.add(Purpose.REFUNDS, clearing, amount_minor=sums.refunds_minor, text=words)
    words = translate("Fees, %(store)s") % named
    voucher.add(Purpose.FEES, clearing, amount_minor=sums.fees_minor, text=words)


def name_document(settlement: Settlement) -> str:
    """Return the settlement's number, as its statement has it."""
    return f"ST-{settlement.number:04}"
