"""Accounts whose payouts wait: the settings name the functions that know which.

Banking does not know shops. An order of a held account stays pending: no run gathers it, and a
draft that holds it leaves it behind when it is released.
"""

from collections.abc import Callable, Iterable
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

ListAccounts = Callable[[], Iterable[UUID]]


def list_held_accounts() -> list[UUID]:
    """List the ledger's accounts whose payouts are held at present."""
    held: set[UUID] = set()
    for path in settings.PAYOUT_HOLDS:
        list_accounts: ListAccounts = import_string(path)
        held.update(list_accounts())
    return sorted(held)
