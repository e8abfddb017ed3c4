"""Adds up every transfer again, and compares the ledger's figures with the sums."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from tests.faults.storm.answers import Row
from tests.faults.storm.batches import Accounts
from tests.faults.storm.books import LoneBooks
from tests.faults.storm.writers import Closure

_KEPT = b"SELECT id, balance_minor, held_minor FROM ledger_account WHERE id = ANY (%s)"
_HOLDS = b"SELECT pending_id, amount_minor FROM ledger_hold WHERE debit_account_id = ANY (%s)"
_CHECKPOINTS = b"""
    SELECT taken_at, account_id, debited_minor::bigint, credited_minor::bigint
      FROM ledger_checkpoint WHERE account_id = ANY (%s)
"""


class Claim(NamedTuple):
    """A reported figure of an account at an instant: its `balance`, `debited` or `credited`."""

    at: datetime
    account: UUID
    what: str
    minor: int


class Kept(NamedTuple):
    """The stored data: each wallet's balance and held amount, the open holds, all claims."""

    wallets: dict[UUID, tuple[int, int]]
    holds: dict[UUID, int]
    claims: list[Claim]


class Replay:
    """The accounts as they were after each transfer."""

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts
        self.debited, self.credited = Counter[UUID](), Counter[UUID]()
        self.held = Counter[UUID]()
        self.pending = dict[UUID, Row]()

    def post(self, row: Row) -> None:
        """Apply a transfer."""
        if row.phase == "pending":
            self.pending[row.id] = row
            self.held[row.debit] += row.amount_minor
        if row.pending_id is not None:
            self.held[row.debit] -= self.pending.pop(row.pending_id).amount_minor
        if row.phase in {"single", "post"}:
            self.debited[row.debit] += row.amount_minor
            self.credited[row.credit] += row.amount_minor

    def read(self, account: UUID, what: str) -> int:
        """Return one figure of an account."""
        grown_minor = self.credited[account] - self.debited[account]
        return {
            "balance": -grown_minor if account == self.accounts.bank else grown_minor,
            "debited": self.debited[account],
            "credited": self.credited[account],
            "held": self.held[account],
        }[what]


def read_kept(books: LoneBooks, accounts: Accounts, closures: Iterable[Closure]) -> Kept:
    """Read the accounts' stored data, and the clerk's results, bypassing our code."""
    claims = [
        Claim(closure.closed_until, account, "balance", minor)
        for closure in closures
        for account, minor in closure.balances.items()
    ]
    ids = list(accounts.all)
    for taken_at, account, debited, credited in books.ask(_CHECKPOINTS, ids):
        claims.append(Claim(taken_at, account, "debited", debited))
        claims.append(Claim(taken_at, account, "credited", credited))
    wallets = books.ask(_KEPT, list(accounts.wallets))
    return Kept(
        wallets={account: (balance, held) for account, balance, held in wallets},
        holds=dict(books.ask(_HOLDS, ids)),
        claims=claims,
    )


def find_wrong_sums(accounts: Accounts, rows: Sequence[Row], kept: Kept) -> Iterator[str]:
    """Yield each claim, balance and hold that the added-up transfers contradict."""
    replay = Replay(accounts)
    waiting = sorted(kept.claims, reverse=True)
    for row in rows:
        while waiting and waiting[-1].at < row.posted_at:
            yield from _judge_claim(replay, waiting.pop())
        replay.post(row)
        if row.debit in accounts.wallets:
            free_minor = replay.read(row.debit, "balance") - replay.held[row.debit]
            if free_minor < 0:
                yield f"{row.debit} was {-free_minor} short after {row.id}"
    for claim in reversed(waiting):
        yield from _judge_claim(replay, claim)
    yield from _judge_kept(replay, kept)


def _judge_claim(replay: Replay, claim: Claim) -> Iterator[str]:
    minor = replay.read(claim.account, claim.what)
    if minor != claim.minor:
        yield f"{claim.account} {claim.what} {claim.minor} until {claim.at}: it is {minor}"


def _judge_kept(replay: Replay, kept: Kept) -> Iterator[str]:
    for account, (balance_minor, held_minor) in kept.wallets.items():
        if balance_minor != replay.read(account, "balance"):
            yield f"{account} keeps a balance of {balance_minor}"
        if held_minor != replay.held[account]:
            yield f"{account} keeps {held_minor} on hold"
    for pending_id in {*kept.holds, *replay.pending}:
        row = replay.pending.get(pending_id)
        if kept.holds.get(pending_id) != (row and row.amount_minor):
            yield f"{pending_id} is on hold with {kept.holds.get(pending_id)}"
