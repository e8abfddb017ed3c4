"""The chart of accounts: every kind of account, and between which kinds an event moves money.

A new kind of account, or of transfer, is one line here. `migrate` writes the chart into its two
tables, which posting and opening accounts read; check_books and verify_ledger read this page.
Standard library only, because it also serves to verify a dump without the application.
docs/ledger.md has both lists in words.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Side(StrEnum):
    """The side on which an account grows."""

    DEBIT = "debit"
    CREDIT = "credit"


class Phase(StrEnum):
    """What a transfer does: move money, hold it, or end a hold by moving or freeing it."""

    SINGLE = "single"
    PENDING = "pending"
    POST = "post"
    VOID = "void"
    EXPIRE = "expire"


@dataclass(frozen=True, slots=True)
class Nature:
    """The side on which accounts of a kind grow, and whether they may go below zero."""

    side: str
    may_go_negative: bool


class AccountKind(StrEnum):
    """What an account is for, and its nature."""

    nature: Nature

    def __new__(cls, kind: str, nature: Nature) -> Self:
        """Make the member equal to `kind`."""
        member = str.__new__(cls, kind)
        member._value_ = kind
        member.nature = nature
        return member

    SAFEGUARD = "safeguard", Nature(Side.DEBIT, may_go_negative=True)
    WALLET = "wallet", Nature(Side.CREDIT, may_go_negative=False)
    TAKINGS = "takings", Nature(Side.CREDIT, may_go_negative=True)
    PAYABLE = "payable", Nature(Side.CREDIT, may_go_negative=True)
    RECEIVABLE = "receivable", Nature(Side.DEBIT, may_go_negative=True)
    FEE_INCOME = "fee_income", Nature(Side.CREDIT, may_go_negative=True)
    TRANSIT = "transit", Nature(Side.CREDIT, may_go_negative=True)
    SUSPENSE = "suspense", Nature(Side.CREDIT, may_go_negative=True)


# By the transfer's kind: from which kind of account to which.
EVENTS = {
    "top_up": ("safeguard>wallet",),
    "capture": ("wallet>takings",),
    "refund": ("takings>wallet", "receivable>wallet"),
    "settle": ("takings>payable", "payable>takings"),
    "fee": ("payable>fee_income",),
    "recover": ("payable>receivable",),
    "pay_out": ("payable>transit",),
    "redeem": ("wallet>transit",),
    "send_back": ("suspense>transit",),
    "book": ("transit>safeguard",),
    "bounce": ("transit>payable", "transit>wallet", "transit>suspense"),
    "return": ("safeguard>payable", "safeguard>wallet", "safeguard>suspense"),
    "receive": ("safeguard>suspense",),
    "take": ("suspense>safeguard",),
    "credit": ("suspense>wallet", "suspense>payable"),
    "bear": ("fee_income>suspense",),
    "adjust": (
        *("wallet>wallet", "wallet>payable", "wallet>fee_income", "wallet>suspense"),
        *("payable>wallet", "payable>payable", "payable>fee_income", "payable>suspense"),
        *("fee_income>wallet", "fee_income>payable", "fee_income>suspense"),
        *("suspense>wallet", "suspense>payable", "suspense>fee_income"),
    ),
}
# What the bank did, or an operator decided about it: it would invent or lose money if it were
# not so. Posting it is a right of its own (`ledger/sql/moves_bank_money.sql`).
BANK_EVENTS = frozenset(
    {
        *("top_up", "send_back", "book", "bounce", "return", "receive", "take"),
        *("credit", "bear", "adjust"),
    }
)
NATURES = {kind.value: kind.nature for kind in AccountKind}


def write_misplaced() -> str:
    """Return SQL that is true where transfer `t` may not go from account `d` to `c`.

    An unknown kind is misplaced. The SQL is valid in PostgreSQL and SQLite.
    """
    cases = " ".join(
        f"WHEN '{event}' THEN d.kind || '>' || c.kind NOT IN ({_quote(pairs)})"
        for event, pairs in EVENTS.items()
    )
    return f"coalesce(CASE t.kind {cases} ELSE true END, false)"


def write_kinds() -> str:
    """Return the rows of `ledger_chartkind`, as SQL after VALUES."""
    return ", ".join(
        f"('{kind}', '{nature.side}', {nature.may_go_negative})"
        for kind, nature in NATURES.items()
    )


def write_events() -> str:
    """Return the rows of `ledger_chartevent`, as SQL after VALUES."""
    return ", ".join(
        f"('{event}', '{debit}', '{credit}')"
        for event, pairs in EVENTS.items()
        for debit, _, credit in (pair.partition(">") for pair in pairs)
    )


def _quote(texts: tuple[str, ...]) -> str:
    return ", ".join(f"'{text}'" for text in texts)
