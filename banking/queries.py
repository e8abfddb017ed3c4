"""Read-only queries about orders and adjustments."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Case, F, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from banking.models import Adjustment, Entry, Order, OrderStatus
from ledger.accounts import get_or_open_house_account
from ledger.chart import AccountKind
from ledger.queries import find_debits

# Its money is no longer in the account it is paid from.
GONE = (OrderStatus.SENT, OrderStatus.ACCEPTED, OrderStatus.UNKNOWN, OrderStatus.BOOKED)


def sum_out(source_account_id: UUID) -> int:
    """Return what orders have taken from a ledger account and not given back."""
    gone = Order.objects.filter(source_account=source_account_id, status__in=GONE)
    return gone.aggregate(sum=Sum("amount_minor"))["sum"] or 0


def find_bank_entries(order_ids: Iterable[UUID]) -> dict[UUID, Entry]:
    """Return the entry by which the bank has booked each order, of those that it has."""
    booked = Entry.objects.filter(order__in=list(order_ids), amount_minor__lt=0).order_by("id")
    return {entry.order_id: entry for entry in booked if entry.order_id is not None}


def find_run_entries(orders: Sequence[Order]) -> dict[UUID, Entry]:
    """Return the entry by which the bank has booked each order's whole run, as one sum.

    Their files must be loaded. Orders that the bank has booked one by one are left out.
    """
    files = {order.file.public_id: order.file for order in orders if order.file is not None}
    if not files:
        return {}
    transits = {
        get_or_open_house_account(AccountKind.TRANSIT, currency=currency)
        for currency in {order.currency for order in orders}
    }
    # A run is booked by a transfer of its entry's id, when it was made or later.
    made_at = min(file.created_at for file in files.values())
    runs = find_debits(transits, kind="book", references=files, since=made_at)
    entries = Entry.objects.in_bulk(list(runs.values()))
    return {
        order.id: entries[runs[order.file.public_id]]
        for order in orders
        if order.file is not None and runs.get(order.file.public_id) in entries
    }


def list_moved(account_id: UUID) -> QuerySet[Adjustment]:
    """List the adjustments that moved an account's money, the newest first."""
    mine = Q(debit_account_id=account_id) | Q(credit_account_id=account_id)
    return Adjustment.objects.filter(mine, moved_minor__gt=0).order_by("-carried_out_at")


def list_adjusted(account_ids: Iterable[UUID]) -> set[UUID]:
    """Return those of some accounts whose money an adjustment has moved, and maybe others."""
    wanted = list(account_ids)
    mine = Q(debit_account_id__in=wanted) | Q(credit_account_id__in=wanted)
    moved = Adjustment.objects.filter(mine, moved_minor__gt=0)
    rows = moved.values_list("debit_account_id", "credit_account_id")
    return {account_id for row in rows for account_id in row}


def sum_moved(account_id: UUID, **only: Any) -> int:
    """Return what adjustments brought to an account less what they took, in minor units.

    `only` are fields of the adjustments that are wanted; without any, all are.
    """
    signed = Case(
        When(credit_account_id=account_id, then=F("moved_minor")), default=-F("moved_minor")
    )
    total = (
        list_moved(account_id)
        .filter(**only)
        .order_by()
        .aggregate(total=Coalesce(Sum(signed), 0))
    )
    return int(total["total"])
