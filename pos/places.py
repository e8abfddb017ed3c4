"""A charge with its store, merchant and till loaded: every view of one needs them."""

from collections.abc import Sequence
from typing import Protocol

from merchants.models import Store
from pos.models import Charge, Terminal

_SHOWN: dict[str, Sequence[str]] = {
    "store": ("id", "merchant_id", "name", "street", "city", "code_format"),
    "store__merchant": ("id", "name", "country", "is_verified", "trade", "logo", "accent"),
    "terminal": ("id", "name"),
}
_PATHS = tuple(_SHOWN)
_SHOWN_CHARGE = (
    *("id", "merchant_id", "store_id", "terminal_id", "counter_code_id", "status", "version"),
    *(
        "currency",
        "amount_minor",
        "tip_minor",
        "vat_bps",
        "refunded_minor",
        "reference",
        "description",
        "token",
    ),
    *("short_code", "check_word", "receipt_token", "payer_account_id", "payer_name"),
    *("created_at", "expires_at", "claimed_at", "lease_until", "captured_at"),
    *("refusal", "refused_at"),
)


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


def list_columns(prefix: str = "") -> dict[str, Sequence[str]]:
    """Return the columns that the API's answers show, of the charge and of these paths."""
    of_place = {f"{prefix}{path}": columns for path, columns in _SHOWN.items()}
    return of_place | {prefix.removesuffix("__"): _SHOWN_CHARGE}


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
