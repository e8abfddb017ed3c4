"""Who is told, in the transaction that does it, of what became of an order or a top-up.

Banking does not know customers and shops: the settings name their functions, which write
letters. A letter is so written exactly once, and never of what was rolled back.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from banking.models import Order

OrderListener = Callable[[Order], None]
ArrivalListener = Callable[[Sequence[UUID]], None]


def tell_order(order: Order) -> None:
    """Announce that an order was booked, refused or returned just now."""
    for path in settings.ORDER_LISTENERS:
        listen: OrderListener = import_string(path)
        listen(order)


def tell_arrivals(expectation_ids: Sequence[UUID]) -> None:
    """Announce that expected money has arrived for the first time, if its owner wants it."""
    for path in settings.ARRIVAL_LISTENERS if expectation_ids else ():
        listen: ArrivalListener = import_string(path)
        listen(expectation_ids)
