"""Read-only queries about orders."""

from uuid import UUID

from django.db.models import Sum

from banking.models import Order, OrderStatus

# Its money is no longer in the account it is paid from.
GONE = (OrderStatus.SENT, OrderStatus.ACCEPTED, OrderStatus.UNKNOWN, OrderStatus.BOOKED)


def sum_out(source_account_id: UUID) -> int:
    """Return what orders have taken from a ledger account and not given back."""
    gone = Order.objects.filter(source_account=source_account_id, status__in=GONE)
    return gone.aggregate(sum=Sum("amount_minor"))["sum"] or 0
