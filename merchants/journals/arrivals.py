"""Payouts as the bank's statements have them: arrived on a day, or come back."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as translate

from banking.models import Entry, Order, OrderKind, OrderStatus
from banking.queries import find_run_entries
from merchants.journals.moves import Voucher, name_document
from merchants.models import MerchantBalance, Purpose, Settlement

_DAY = timedelta(days=1)
_AT_THE_BANK = (OrderStatus.BOOKED, OrderStatus.RETURNED)


def read_booked(balance: MerchantBalance, *, since: datetime) -> list[Voucher]:
    """Read the vouchers of payouts that the bank has told of since an instant, or before."""
    # What the bank books on a day is told on that day or later.
    lately = Order.objects.filter(
        kind=OrderKind.PAYOUT,
        source_account=balance.payable_account_id,
        changed_at__gte=since - _DAY,
    )
    settlements = balance.settlements.filter(pk__in=lately.values("subject"))
    return read_arrivals(settlements.select_related("balance__merchant"))


def read_arrivals(settlements: Iterable[Settlement]) -> list[Voucher]:
    """Read the vouchers of settlements' payouts that the bank has booked, or sent back."""
    paid = {settlement.id: settlement for settlement in settlements}
    orders = Order.objects.filter(
        kind=OrderKind.PAYOUT, subject__in=list(paid), status__in=_AT_THE_BANK
    )
    known = list(orders.select_related("file").order_by("id"))
    out, back = _find_days(known)
    found: list[Voucher] = []
    counts: dict[UUID, int] = defaultdict(int)
    for order in known:
        settlement = paid[order.subject]
        counts[settlement.id] += 1
        number, document = counts[settlement.id], name_document(settlement)
        zone = ZoneInfo(settlement.balance.merchant.time_zone)
        came_back = back.get(order.id, order.changed_at.astimezone(zone).date())
        arrived = out.get(order.id, came_back)
        voucher = Voucher(f"{document}-B{number}", document, arrived, arrived)
        words = translate("Payout of %(document)s arrived") % {"document": document}
        voucher.add(Purpose.BANK, Purpose.TRANSIT, amount_minor=order.amount_minor, text=words)
        found.append(voucher)
        if order.status == OrderStatus.RETURNED:
            voucher = Voucher(f"{document}-R{number}", document, came_back, came_back)
            words = translate("Payout of %(document)s came back") % {"document": document}
            voucher.add(
                Purpose.TRANSIT, Purpose.BANK, amount_minor=order.amount_minor, text=words
            )
            found.append(voucher)
    return found


def _find_days(orders: Sequence[Order]) -> tuple[dict[UUID, date], dict[UUID, date]]:
    entries = Entry.objects.filter(order__in=[order.id for order in orders]).order_by("id")
    out: dict[UUID, date] = {}
    back: dict[UUID, date] = {}
    for entry in entries:
        if entry.order_id is not None:
            (out if entry.amount_minor < 0 else back)[entry.order_id] = entry.booked_on
    # An order that was booked with its whole run has no entry of its own. The order's last
    # change is no day of it: coming back changes the order, and would book it a second time in
    # the file of another month.
    runs = find_run_entries([order for order in orders if order.id not in out])
    out |= {order_id: entry.booked_on for order_id, entry in runs.items()}
    return out, back
