"""How much more an account may hold, asked of whoever knows: banking knows no wallets."""

from collections.abc import Callable, Collection
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

Rooms = Callable[[Collection[UUID]], dict[UUID, int]]


def measure_rooms(account_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return, in minor units, how much more each account may hold; others have no limit.

    What it says stays true until the caller's transaction ends, but for refunds.
    """
    measure: Rooms = import_string(settings.CREDIT_ROOMS)
    return measure(account_ids)
