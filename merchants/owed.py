"""What a merchant is owed, where that money is, and what has arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from banking.models import Order, OrderKind, OrderStatus
from banking.orders import OUT
from banking.queries import find_bank_entries
from ledger.queries import sum_balance
from merchants.models import MerchantBalance, Settlement
from merchants.payouts import find_hold, load_payouts
from merchants.queries import Preview

_UNPAID_MAX = 200


@dataclass(frozen=True, slots=True)
class Arrived:
    """The last payout that the bank has booked: its settlement, day and bank reference."""

    settlement: Settlement
    on: date
    bank_reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """All of a merchant's money in one currency that has not arrived, in minor units.

    `waiting_minor` is the ledger's payable account without what is carried over or was adjusted
    since, which count to `open_minor`; `moving_minor` has left it, and no statement of the bank
    has it yet.
    """

    currency: str
    open_minor: int
    waiting_minor: int
    moving_minor: int
    due_on: date | None
    held_until: datetime | None
    arrived: Arrived | None

    @property
    def all_minor(self) -> int:
        """Return what is owed altogether."""
        return self.open_minor + self.waiting_minor + self.moving_minor

    @property
    def parts(self) -> list[tuple[str, int, int]]:
        """Return each part's name, where it begins and how wide it is in a bar of 1,000."""
        parts = {"open": self.open_minor, "wait": self.waiting_minor, "move": self.moving_minor}
        positive = {name: max(minor, 0) for name, minor in parts.items()}
        whole, before, found = sum(positive.values()), 0, []
        for name, minor in positive.items():
            if minor:
                begin, end = 1000 * before // whole, 1000 * (before + minor) // whole
                found.append((name, begin, end - begin))
            before += minor
        return found


def read_owed(preview: Preview) -> Owed:
    """Read what a merchant is owed in a currency, from the ledger and the orders."""
    balance = preview.balance
    moving = Order.objects.filter(source_account=balance.payable_account_id, status__in=OUT)
    still_open_minor = preview.opening_minor + preview.adjusted_minor
    unpaid = [each for each in _list_latest(balance) if each.payout_status != "booked"]
    hold = find_hold(balance.merchant_id)
    due = min((each.payout_due_on for each in unpaid if each.payout_due_on), default=None)
    return Owed(
        currency=preview.currency,
        open_minor=preview.closing_minor,
        waiting_minor=sum_balance(balance.payable_account_id) - still_open_minor,
        moving_minor=sum(moving.values_list("amount_minor", flat=True)),
        due_on=due,
        held_until=None if hold is None else hold.ends_at,
        arrived=_find_arrived(balance),
    )


def load_bank_references(settlements: Sequence[Settlement]) -> None:
    """Read the entry by which the bank booked each payout; `load_payouts` comes first."""
    booked = {
        settlement.payout_order.id: settlement
        for settlement in settlements
        if settlement.payout_order and settlement.payout_status == "booked"
    }
    entries = find_bank_entries(booked)
    for order_id, settlement in booked.items():
        settlement.payout_entry = entries.get(order_id)


def _list_latest(balance: MerchantBalance) -> list[Settlement]:
    latest = balance.settlements.filter(payout_minor__gt=0).order_by("-number")
    settlements = list(latest[:_UNPAID_MAX])
    load_payouts(settlements)
    return settlements


def _find_arrived(balance: MerchantBalance) -> Arrived | None:
    booked = Order.objects.filter(
        source_account=balance.payable_account_id,
        kind=OrderKind.PAYOUT,
        status=OrderStatus.BOOKED,
    )
    order = booked.order_by("-changed_at", "-id").first()
    if order is None:
        return None
    settlement = balance.settlements.filter(pk=order.subject).first()
    entry = find_bank_entries([order.id]).get(order.id)
    if settlement is None:
        return None
    if entry is None:
        # It was booked with others of its run, as one sum.
        return Arrived(settlement, on=order.changed_at.date(), bank_reference="")
    return Arrived(settlement, on=entry.booked_on, bank_reference=entry.bank_reference)
