"""The request of a payment code, in one form for all formats."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum


class Initiation(StrEnum):
    """Whether the same code is shown to everybody or made for one payment."""

    STATIC = "static"
    DYNAMIC = "dynamic"
    UNKNOWN = "unknown"


class Mutability(StrEnum):
    """What the payer may do with the amount."""

    FIXED = "fixed"
    EDITABLE = "editable"
    OPEN = "open"


class TipKind(StrEnum):
    """How a tip or convenience fee is determined (EMVCo 55)."""

    PROMPT = "prompt"
    FIXED = "fixed"
    PERCENTAGE = "percentage"


@dataclass(frozen=True, slots=True)
class Tip:
    """A tip or convenience fee; of the two numbers one is set, or none for a prompt."""

    kind: TipKind
    amount_minor: int | None = None
    percentage: Decimal | None = None

    def compute(self, amount_minor: int) -> int:
        """Return the fee on an amount, halves rounded up; nothing if the payer is asked."""
        if self.percentage is not None:
            fee = amount_minor * self.percentage / 100
            return int(fee.quantize(Decimal(1), ROUND_HALF_UP))
        return self.amount_minor or 0


@dataclass(frozen=True, slots=True)
class Account:
    """One way to the payee: a card number of a network, an alias, an IBAN, an address.

    `object_id` is its place; when writing, empty means the scheme's usual one.
    """

    scheme: str
    value: str
    kind: str = ""
    object_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRequest:
    """A request for payment: payee, amount and purpose.

    `amount_minor` is None when the payer types it (`mutability` is open) or when the
    text's amount or fee is finer than the currency's minor unit (`mutability` is fixed:
    such a code cannot be paid). `extra` holds, by path, what has no attribute of its own.
    """

    scheme: str
    accounts: tuple[Account, ...] = ()
    payee_name: str = ""
    payee_city: str = ""
    country: str = ""
    category: str = ""
    currency: str = ""
    amount_minor: int | None = None
    mutability: Mutability = Mutability.OPEN
    tip: Tip | None = None
    reference: str = ""
    message: str = ""
    expires_at: datetime | None = None
    initiation: Initiation = Initiation.UNKNOWN
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_payable(self) -> bool:
        """Return whether there is a payee, and an amount that is known or may be typed."""
        known = self.amount_minor is not None or self.mutability is Mutability.OPEN
        return known and bool(self.accounts)
