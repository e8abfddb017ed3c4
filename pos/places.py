"""A charge with its store, merchant and till loaded: every view of one needs them."""

from typing import Protocol

from merchants.models import Store
from pos.models import Charge, Terminal

_PATHS = ("store", "store__merchant", "terminal")


class Placed(Protocol):
    """A principal, or a charge that was read with its store and perhaps its till."""

    @property
    def store(self) -> Store:
        """Return the store."""

    @property
    def terminal(self) -> Terminal | None:
        """Return the till, if there is one."""


def list_paths(prefix: str = "") -> tuple[str, ...]:
    """Return the paths from a row to its charge's place; `prefix` leads to the charge."""
    return tuple(f"{prefix}{path}" for path in _PATHS)


def write_joins(prefix: str = "", *, charge: str = "charge") -> str:
    """Write the joins that read those paths in SQL; `charge` is the charge's alias."""
    return f"""
      JOIN merchants_store {prefix}store ON {prefix}store.id = {charge}.store_id
      JOIN merchants_merchant {prefix}store__merchant
        ON {prefix}store__merchant.id = {prefix}store.merchant_id
      LEFT JOIN pos_terminal {prefix}terminal ON {prefix}terminal.id = {charge}.terminal_id
    """


def place(charge: Charge, at: Placed) -> Charge:
    """Set the charge's store and till to those already loaded, without a query; return it."""
    charge.store, charge.terminal = at.store, at.terminal
    return charge
