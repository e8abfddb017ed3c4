"""Read-only queries about orders."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Sum

from banking.models import Entry, Order, OrderStatus

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
