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

    A kind that is no event goes nowhere. PostgreSQL and SQLite both know it.
    """
    cases = " ".join(
        f"WHEN '{event}' THEN d.kind || '>' || c.kind NOT IN ({_quote(pairs)})"
        for event, pairs in EVENTS.items()
    )
    return f"coalesce(CASE t.kind {cases} ELSE true END, false)"


def write_chart() -> str:
    """Write the function by which PostgreSQL knows these events."""
    cases = " ".join(
        f"WHEN '{event}' THEN debit_kind || '>' || credit_kind IN ({_quote(pairs)})"
        for event, pairs in EVENTS.items()
    )
    return (
        "CREATE OR REPLACE FUNCTION"
        " ledger_is_charted(event text, debit_kind text, credit_kind text)"
        " RETURNS boolean LANGUAGE sql IMMUTABLE AS"
        f" $$ SELECT coalesce(CASE event {cases} END, false) $$"
    )


def write_events() -> str:
    """Write rows of event, debited and credited kind, each with whether it is charted.

    Every pair under every event, and under a kind that is none.
    """
    return ", ".join(
        f"('{event}', '{debit}', '{credit}', {f'{debit}>{credit}' in pairs})"
        for event, pairs in (EVENTS | {"no_event": ()}).items()
        for debit in NATURES
        for credit in NATURES
    )


def _quote(texts: tuple[str, ...]) -> str:
    return ", ".join(f"'{text}'" for text in texts)
