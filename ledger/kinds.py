"""What each kind of account is like, and between which kinds an event moves money.

Standard library only, because who checks the books without us checks these too. docs/ledger.md
has both in words.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Nature:
    """The side on which accounts of a kind grow, and whether they may go below zero."""

    side: str
    may_go_negative: bool


NATURES = {
    "safeguard": Nature("debit", may_go_negative=True),
    "wallet": Nature("credit", may_go_negative=False),
    "takings": Nature("credit", may_go_negative=True),
    "payable": Nature("credit", may_go_negative=True),
    "receivable": Nature("debit", may_go_negative=True),
    "fee_income": Nature("credit", may_go_negative=True),
}
# By the transfer's kind: from which kind of account to which.
EVENTS = {
    "top_up": ("safeguard>wallet",),
    "capture": ("wallet>takings",),
    "refund": ("takings>wallet", "receivable>wallet"),
    "settle": ("takings>payable", "payable>takings"),
    "fee": ("payable>fee_income",),
    "recover": ("payable>receivable",),
}


def write_misplaced() -> str:
    """Write the SQL that is true where transfer `t` may not go from account `d` to `c`.

    Of kinds that are no event it says nothing. PostgreSQL and SQLite both know it.
    """
    cases = " ".join(
        f"WHEN '{event}' THEN d.kind || '>' || c.kind NOT IN ({_quote(pairs)})"
        for event, pairs in EVENTS.items()
    )
    return f"coalesce(CASE t.kind {cases} END, false)"


def _quote(texts: tuple[str, ...]) -> str:
    return ", ".join(f"'{text}'" for text in texts)
