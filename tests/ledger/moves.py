"""The notation of the ledger's tests for transfers and their results.

`A>B 10` moves 10 from A to B, `A~B 10` only holds it, `A~B 10 60s` for a minute at most. `post
#1`, `void #1` and `expire #1` end the hold of transfer 1; `post #1 4` takes 4 of it. `#1` in
front numbers a transfer. After the amount may follow a currency, a kind and a reference; `max`
is the greatest amount. A comma separates two transfers of a batch and `&` links them; a
semicolon separates two batches. `late #1` ends the time of a hold, and `close B` closes an
account.

A to D are wallets in EUR, and C is closed. T is a takings account, S the safeguard account,
L one that grows by debits and may not go below zero. J is a wallet in JPY and Y its
safeguard account, K and W are the same in KWD. X is no account at all.
"""

import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from django.db.models import Q

from ledger.accounts import get_or_open_house_account, open_account
from ledger.chart import AccountKind
from ledger.models import Account, Hold, Transfer
from ledger.posting import post_together, post_transfers
from ledger.queries import sum_balance
from ledger.transfers import (
    AnyTransfer,
    NewPending,
    NewTransfer,
    PendingExpiry,
    PendingPost,
    PendingVoid,
)
from tests.owners import as_owner

Way = Callable[[Sequence[AnyTransfer]], Sequence[str]]
BIGINT_MAX = 2**63 - 1
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
_WORDS = r"(?: (?P<currency>[A-Z]{3}))?(?: (?P<kind>[a-z_]+))?(?: (?P<reference>[\w-]+))?"
_MOVE = re.compile(
    r"(?:#(?P<id>\d+) )?(?P<debit>[A-Z])(?P<sign>[>~])(?P<credit>[A-Z])"
    r" (?P<amount>-?\d+|max)(?: (?P<timeout>-?\d+)s)?" + _WORDS
)
_END = re.compile(
    r"(?:#(?P<id>\d+) )?(?P<phase>post|void|expire) #(?P<pending>\d+)"
    r"(?: (?P<amount>-?\d+|max))?(?: (?P<debit>[A-Z])>(?P<credit>[A-Z]))?" + _WORDS
)
_SWITCH = "ALTER TABLE ledger_transfer {} TRIGGER ledger_transfer_append_only"
_SHORTEN = """
    WITH shortened AS (
        UPDATE ledger_transfer t SET expires_at = t.posted_at + interval '1 microsecond'
         WHERE t.id = ANY (%s) AND t.expires_at IS NOT NULL RETURNING t.id, t.expires_at)
    UPDATE ledger_hold h SET expires_at = s.expires_at
      FROM shortened s WHERE s.id = h.pending_id
"""
_OPENINGS = {"J": "Y>J {} JPY", "K": "W>K {} KWD", "L": "L>S {}"}
_ENDS = {"post": PendingPost, "void": PendingVoid, "expire": PendingExpiry}


@dataclass(frozen=True, slots=True)
class JudgedAlone(NewTransfer):
    """A plain transfer that `post_transfers` does not recognize as plain: never set-based."""


@dataclass(frozen=True, slots=True)
class NamedEnd(PendingPost):
    """The end of a hold with all columns given, which only SQL can request."""

    phase: str = "post"
    debit_account_id: uuid.UUID | None = None
    credit_account_id: uuid.UUID | None = None
    currency: str | None = None

    def as_full_row(self) -> tuple[Any, ...]:
        return (
            *(self.id, self.debit_account_id, self.credit_account_id, self.amount_minor),
            *(self.currency, self.kind, self.reference),
            *(self.phase, self.pending_id, None, self.linked),
        )


class Books:
    """Accounts by their letters, and transfers between them."""

    def __init__(self) -> None:
        self.created: set[uuid.UUID] = set()
        self.ids: dict[int, uuid.UUID] = {}
        currencies = dict.fromkeys("ABCD", "EUR") | {"J": "JPY", "K": "KWD"}
        self.accounts = {
            name: open_account(AccountKind.WALLET, currency=currency)
            for name, currency in currencies.items()
        }
        self.accounts["T"] = open_account(AccountKind.TAKINGS, currency="EUR")
        for name, currency in {"S": "EUR", "Y": "JPY", "W": "KWD"}.items():
            self.accounts[name] = get_or_open_house_account(
                AccountKind.SAFEGUARD, currency=currency
            )
        self.accounts["X"] = uuid.uuid4()
        self.close("C")

    def open_limited_receivable(self) -> None:
        """Open L. The chart has no such account yet, so not where the books are proved."""
        self.accounts["L"] = uuid.uuid4()
        with as_owner() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("DROP TRIGGER ledger_account_as_charted ON ledger_account")
            cursor.execute(
                "INSERT INTO ledger_account (id, kind, currency, normal_side, may_go_negative)"
                " VALUES (%s, 'receivable', 'EUR', 'debit', false)",
                [self.accounts["L"]],
            )

    def close(self, name: str) -> None:
        """Close an account, as nothing in the application does yet."""
        Account.objects.filter(pk=self.accounts[name]).update(closed_at=LONG_AGO)

    def fill(self, opening: str) -> None:
        """Post the wallets' opening balances, `A 100, B 5`."""
        pairs = [each.split() for each in opening.split(", ") if each]
        moves = [_OPENINGS.get(name, f"S>{name} {{}}").format(minor) for name, minor in pairs]
        transfers = self.read(", ".join(moves))
        post_together(transfers)
        self.created |= {each.id for each in transfers}

    def read(self, moves: str) -> list[AnyTransfer]:
        """Read one batch."""
        transfers = []
        for text, mark in re.findall(r"([^,&]+)([,&]?)", moves):
            transfer = self._read_one(text.strip())
            transfers.append(replace(transfer, linked=True) if mark == "&" else transfer)
        return transfers

    def post(self, steps: str, *, way: Way = post_transfers) -> str:
        """Do step after step; return the results in the same form as the steps."""
        answers = []
        for step in filter(None, map(str.strip, steps.split(";"))):
            verb, _, name = step.partition(" ")
            if verb == "late":
                self.let_hold_end(int(name[1:]))
            elif verb == "close":
                self.close(name)
            else:
                transfers = self.read(step)
                results = way(transfers)
                pairs = zip(transfers, results, strict=True)
                self.created |= {each.id for each, result in pairs if result == "created"}
                answers.append(", ".join(results))
        return "; ".join(answers)

    def let_hold_end(self, number: int) -> None:
        """End the time of a hold; it is not swept yet."""
        let_holds_end([self.ids[number]])

    def tell(self) -> str:
        """Return the balances that are not zero, `A 70/30` with 30 of the 70 on hold."""
        told = []
        for name in self._limited:
            account = Account.objects.get(pk=self.accounts[name])
            held = f"/{account.held_minor}" if account.held_minor else ""
            minor = account.balance_minor
            if minor:
                told.append(f"{name} {'max' if minor == BIGINT_MAX else minor}{held}")
        return ", ".join(told)

    def prove(self) -> None:
        """Compare the accounts' stored figures with the transfers, and those with the answers.

        Only transfers answered with `created`, and expiries of late holds, may have been
        written.
        """
        for name in self._limited:
            account = Account.objects.get(pk=self.accounts[name])
            side = "credit" if account.normal_side == "debit" else "debit"
            holds = Hold.objects.filter(**{f"{side}_account": account.id})
            assert account.balance_minor == sum_balance(account.id), name
            assert account.balance_minor >= account.held_minor, name
            assert account.held_minor == sum(hold.amount_minor for hold in holds), name
        own = [self.accounts[name] for name in (*self._limited, "T")]
        mine = Q(debit_account__in=own) | Q(credit_account__in=own)
        rows = {row.id: row for row in Transfer.objects.filter(mine)}
        assert self.created <= set(rows)
        assert {rows[each].phase for each in set(rows) - self.created} <= {"expire"}
        ended = {row.pending_id for row in rows.values() if row.pending_id}
        pending = {row.id for row in rows.values() if row.phase == "pending"}
        open_holds = set(Hold.objects.filter(mine).values_list("pending_id", flat=True))
        assert open_holds == pending - ended

    @property
    def _limited(self) -> list[str]:
        return [name for name in "ABCDJKL" if name in self.accounts]

    def _read_id(self, number: str | None) -> uuid.UUID:
        fresh = uuid.uuid4()
        return self.ids.setdefault(int(number), fresh) if number else fresh

    def _read_one(self, text: str) -> AnyTransfer:
        if found := _MOVE.fullmatch(text):
            return self._read_move(found.groupdict())
        found = _END.fullmatch(text)
        assert found, text
        return self._read_end(found.groupdict())

    def _read_move(self, given: dict[str, Any]) -> AnyTransfer:
        shape, more = NewTransfer, cast("dict[str, Any]", {})
        if given["sign"] == "~":
            shape = NewPending
            more = {"timeout_s": given["timeout"] and int(given["timeout"])}
        return shape(
            id=self._read_id(given["id"]),
            debit_account_id=self.accounts[given["debit"]],
            credit_account_id=self.accounts[given["credit"]],
            amount_minor=_read_amount(given["amount"]),
            currency=given["currency"] or "EUR",
            kind=given["kind"] or "test",
            reference=given["reference"] or "test",
            **more,
        )

    def _read_end(self, given: dict[str, Any]) -> AnyTransfer:
        known: dict[str, Any] = {
            "id": self._read_id(given["id"]),
            "pending_id": self._read_id(given["pending"]),
            "kind": given["kind"],
            "reference": given["reference"],
        }
        amount = _read_amount(given["amount"]) if given["amount"] else None
        if given["debit"] or given["currency"] or (amount and given["phase"] != "post"):
            return NamedEnd(
                **known,
                amount_minor=amount,
                phase=given["phase"],
                debit_account_id=given["debit"] and self.accounts[given["debit"]],
                credit_account_id=given["credit"] and self.accounts[given["credit"]],
                currency=given["currency"],
            )
        if given["phase"] == "post":
            known["amount_minor"] = amount
        return _ENDS[given["phase"]](**known)


def judge_alone(transfer: AnyTransfer) -> JudgedAlone:
    """Return the same plain transfer, which is then never posted as part of a set."""
    assert isinstance(transfer, NewTransfer)
    return JudgedAlone(**{each: getattr(transfer, each) for each in NewTransfer.__slots__})


def let_holds_end(pending_ids: list[uuid.UUID]) -> None:
    """End the time of holds at once, as if they had been made for a microsecond."""
    with as_owner() as cursor:
        cursor.execute(_SWITCH.format("DISABLE"))
        cursor.execute(_SHORTEN, [pending_ids])
        assert cursor.rowcount == len(pending_ids), "there are no such holds, or they never end"
        cursor.execute(_SWITCH.format("ENABLE"))


def change(told: str, changed: str) -> str:
    """Return what the books tell after a change: `A 70` of `A 100, B 1` is `A 70, B 1`."""
    state = dict(each.split() for each in f"{told}, {changed}".split(", ") if each)
    return ", ".join(f"{name} {state[name]}" for name in sorted(state) if state[name] != "0")


def post_singly(batch: Sequence[AnyTransfer]) -> Sequence[str]:
    """Post each transfer of a batch in a batch of its own."""
    return [result for one in batch for result in post_transfers([one])]


# The three ways to post a batch of plain transfers; all must have the same outcome.
WAYS: dict[str, Way] = {
    "alone": post_singly,
    "as a batch": post_transfers,
    "one by one": lambda batch: post_transfers([judge_alone(one) for one in batch]),
}


def in_both_ways(table: dict[str, tuple[str, str, str]]) -> pytest.MarkDecorator:
    """Return every row for batches, and those without a chain for one transfer at a time."""
    rows = [pytest.param(*row, post_transfers, id=name) for name, row in table.items()]
    rows += [
        pytest.param(*row, post_singly, id=f"{name}, singly")
        for name, row in table.items()
        if "&" not in row[0]
    ]
    return pytest.mark.parametrize(("moves", "results", "changed", "way"), rows)


def _read_amount(text: str) -> int:
    return BIGINT_MAX if text == "max" else int(text)
