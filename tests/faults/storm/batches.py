"""Batches of every kind and size, drawn from a seed: payments, chains, holds, their ends."""

import random
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ledger.accounts import get_or_open_house_account, open_account
from ledger.chart import AccountKind
from ledger.holds import OpenHold
from ledger.transfers import AnyTransfer, NewPending, NewTransfer, PendingPost, PendingVoid

WALLETS = 8
_PLAIN_MAX, _PARTS_MAX, _LARGE = 40, 12, range(200, 800)
_TIMEOUTS_S = (None, None, 1, 60)
_ENDED_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Accounts:
    """Accounts of one currency, which nobody else uses."""

    currency: str
    bank: uuid.UUID
    takings: uuid.UUID
    wallets: tuple[uuid.UUID, ...]

    @property
    def all(self) -> tuple[uuid.UUID, ...]:
        """Every one of them."""
        return (self.bank, self.takings, *self.wallets)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """The transfers of one call. The first and the last one cannot be refused.

    So for a retried batch, either both exist or both are created now.
    """

    transfers: tuple[AnyTransfer, ...]

    def chains(self) -> list[list[uuid.UUID]]:
        """Return the ids of each chain; a transfer that is linked to nothing is none."""
        chains, chain = list[list[uuid.UUID]](), list[uuid.UUID]()
        for transfer in self.transfers:
            chain.append(transfer.id)
            if not transfer.linked:
                chains.append(chain)
                chain = []
        return [chain for chain in chains if len(chain) > 1]


class Draw:
    """Draws one batch after the other, the same for the same seed and the same open holds."""

    def __init__(self, seed: str, accounts: Accounts) -> None:
        self.chance = random.Random(seed)  # noqa: S311  money is not at stake
        self.accounts = accounts

    def draw_batch(self, holds: Sequence[OpenHold]) -> Batch:
        """Draw a batch; some of these holds may be ended by it."""
        size: Callable[[Sequence[OpenHold]], list[AnyTransfer]]
        (size,) = self.chance.choices(
            (self._draw_one, self._draw_plain, self._draw_parts, self._draw_many),
            (20, 30, 47, 3),
        )
        between = size(holds)
        if size == self._draw_one:
            return Batch(tuple(between))
        return Batch((self._draw_top_up(), *between, self._draw_top_up()))

    def _draw_one(self, _holds: Sequence[OpenHold]) -> list[AnyTransfer]:
        return [self._draw_top_up()]

    def _draw_plain(self, _holds: Sequence[OpenHold]) -> list[AnyTransfer]:
        count = self.chance.randrange(_PLAIN_MAX)
        return [self._draw_payment(400) for _ in range(count)]

    def _draw_many(self, _holds: Sequence[OpenHold]) -> list[AnyTransfer]:
        return [self._draw_payment(5) for _ in range(self.chance.choice(_LARGE))]

    def _draw_parts(self, holds: Sequence[OpenHold]) -> list[AnyTransfer]:
        few = self.chance.sample(list(holds), min(len(holds), _ENDED_AT_ONCE))
        parts: list[list[AnyTransfer]] = [[self._draw_end(hold.pending_id)] for hold in few]
        for _ in range(self.chance.randrange(1, _PARTS_MAX)):
            draw = self.chance.choice(
                (self._draw_chain, self._draw_hold, self._draw_hold_and_end, self._draw_twice)
            )
            parts.append(draw())
        self.chance.shuffle(parts)
        return [transfer for part in parts for transfer in part]

    def _draw_chain(self) -> list[AnyTransfer]:
        links = [self._draw_payment(300) for _ in range(self.chance.randrange(1, 4))]
        return [*(replace(link, linked=True) for link in links), self._draw_pending()]

    def _draw_hold(self) -> list[AnyTransfer]:
        return [self._draw_pending()]

    def _draw_hold_and_end(self) -> list[AnyTransfer]:
        pending = replace(self._draw_pending(), linked=True)
        return [pending, self._draw_end(pending.id)]

    def _draw_twice(self) -> list[AnyTransfer]:
        return [self._draw_payment(400)] * 2

    def _draw_top_up(self) -> NewTransfer:
        wallet = self.chance.choice(self.accounts.wallets)
        return self._move(self.accounts.bank, wallet, self.chance.randrange(1, 800))

    def _draw_payment(self, most: int) -> NewTransfer:
        debit, other = self.chance.sample(self.accounts.wallets, 2)
        credit = self.chance.choice((self.accounts.takings, other))
        return self._move(debit, credit, self.chance.randrange(1, most))

    def _draw_pending(self) -> NewPending:
        payment = self._draw_payment(400)
        facts = {name: getattr(payment, name) for name in NewTransfer.__slots__}
        return NewPending(**facts, timeout_s=self.chance.choice(_TIMEOUTS_S))

    def _draw_end(self, pending_id: uuid.UUID) -> AnyTransfer:
        way = self.chance.randrange(3)
        if way == 0:
            return PendingVoid(self._draw_id(), pending_id)
        amount_minor = None if way == 1 else 1
        return PendingPost(self._draw_id(), pending_id, amount_minor=amount_minor)

    def _draw_id(self) -> uuid.UUID:
        return uuid.UUID(int=self.chance.getrandbits(128), version=4)

    def _move(self, debit: uuid.UUID, credit: uuid.UUID, amount_minor: int) -> NewTransfer:
        return NewTransfer(
            id=self._draw_id(),
            debit_account_id=debit,
            credit_account_id=credit,
            amount_minor=amount_minor,
            currency=self.accounts.currency,
            kind="test",
            reference="storm",
        )


def open_accounts(currency: str) -> Accounts:
    """Open empty wallets and a store's takings beside the bank's account."""
    return Accounts(
        currency=currency,
        bank=get_or_open_house_account(AccountKind.SAFEGUARD, currency=currency),
        takings=open_account(AccountKind.TAKINGS, currency=currency),
        wallets=tuple(
            open_account(AccountKind.WALLET, currency=currency) for _ in range(WALLETS)
        ),
    )
