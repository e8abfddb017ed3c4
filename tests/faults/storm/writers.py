"""Writers that post without pause and record every answer, and a clerk."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Self
from uuid import UUID

from django.db import Error, connection

from ledger.checkpoints import take_checkpoints
from ledger.holds import OpenHold, expire_overdue_holds, list_holds
from ledger.period_close import close_period
from ledger.posting import post_transfers
from ledger.queries import sum_balance_at
from ledger.transactions import in_one_transaction, read_sqlstate
from tests.faults.shop import wait_for
from tests.faults.storm.batches import Accounts, Batch, Draw

WRITERS = 6
_AGAIN_ONE_IN, _RECENT = 8, 40
_TAIL_MIN = 50
_BACK_WITHIN_S = 90
_POLL_S = 0.02
# A lock was held for too long: PostgreSQL reports that it rolled everything back.
_BUSY = {"55P03", "57014"}
# The connection is dead, or the server is shutting down or not up yet.
_LOST = {"", "08", "57"}
post = in_one_transaction(post_transfers)


@dataclass(slots=True, eq=False)
class Call:
    """A batch that was sent, and its outcome.

    Without results it is unknown whether it took effect, unless it was `undone`.
    """

    batch: Batch
    began_s: float
    ended_s: float = 0
    results: Sequence[str] = ()
    undone: bool = False

    @property
    def is_unknown(self) -> bool:
        """Whether the connection was lost before the answer came."""
        return bool(self.ended_s) and not self.results and not self.undone


@dataclass(frozen=True, slots=True)
class Closure:
    """An instant that was reported closed, and the balances at that instant."""

    closed_until: datetime
    balances: dict[UUID, int]


@dataclass(slots=True)
class History:
    """Every call, in the order in which they were sent, and every closure."""

    calls: list[Call] = field(default_factory=list)
    closures: list[Closure] = field(default_factory=list)

    def answered(self) -> list[Call]:
        """Return the calls whose results came."""
        return [call for call in self.calls if call.results]

    def unknown(self) -> list[Call]:
        """Return the calls that lost their connection."""
        return [call for call in self.calls if call.is_unknown]


class Storm:
    """Writers and a clerk, each in a thread with a connection of its own."""

    def __init__(self, accounts: Accounts, *, seed: str) -> None:
        self.accounts, self.seed = accounts, seed
        self.history = History()
        self._over = threading.Event()
        self._pool = ThreadPoolExecutor(WRITERS + 1)

    def __enter__(self) -> Self:
        """Begin."""
        writers = [partial(self._write, number) for number in range(WRITERS)]
        jobs: list[Callable[[], None]] = [*writers, self._keep_closing]
        self._running = [self._pool.submit(_work, job) for job in jobs]
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._pool.shutdown()

    def stop(self) -> None:
        """Wait until every writer has settled what it began; raise the failure of any."""
        self._over.set()
        for one in self._running:
            one.result(timeout=_BACK_WITHIN_S)

    def wait_for_more(self, *, calls: int, closures: int) -> None:
        """Wait until so many more calls were answered and so many more instants closed."""
        answered = len(self.history.answered()) + calls
        closed = len(self.history.closures) + closures
        self.wait_until(
            lambda: (
                len(self.history.answered()) >= answered
                and len(self.history.closures) >= closed
            )
        )

    def wait_for_answer(self, *, since_s: float) -> float:
        """Wait until a call sent since then was answered; return when the first one was."""

        def find_answers() -> list[float]:
            calls = self.history.calls[-1000:]
            return [call.ended_s for call in calls if call.results and call.began_s > since_s]

        return min(self.wait_until(find_answers))

    def wait_until(self, condition: Callable[[], Any]) -> Any:
        """Wait until the condition gives something true, while everybody works; return that."""

        def has_come() -> Any:
            for one in self._running:
                if one.done():
                    one.result()
            return condition()

        return wait_for(has_come, within_s=_BACK_WITHIN_S)

    def _write(self, number: int) -> None:
        draw = Draw(f"{self.seed} {number}", self.accounts)
        while not self._over.is_set():
            self._settle(self._choose(draw))

    def _choose(self, draw: Draw) -> Batch:
        recent = self.history.calls[-_RECENT:]
        if recent and not draw.chance.randrange(_AGAIN_ONE_IN):
            # Anybody's, also one that is under way or was never answered.
            return draw.chance.choice(recent).batch
        return draw.draw_batch(_find_holds(draw.chance, self.accounts))

    def _settle(self, batch: Batch) -> None:
        while not self._post(batch).results:
            _reconnect()

    def _post(self, batch: Batch) -> Call:
        call = Call(batch, time.monotonic())
        self.history.calls.append(call)
        try:
            results = post(batch.transfers)
        except Error as failure:
            call.undone = _was_undone(failure)
            call.ended_s = time.monotonic()
        else:
            call.ended_s = time.monotonic()
            call.results = results
        return call

    def _keep_closing(self) -> None:
        while not self._over.is_set():
            try:
                self._close()
            except Error as failure:
                _was_undone(failure)
                _reconnect()

    def _close(self) -> None:
        closed_until = close_period(patience_s=5)
        if closed_until is not None:
            balances = {
                account: sum_balance_at(account, closed_until) for account in self.accounts.all
            }
            self.history.closures.append(Closure(closed_until, balances))
        take_checkpoints(tail_min=_TAIL_MIN)
        expire_overdue_holds()


def _work(job: Callable[[], None]) -> None:
    try:
        _reconnect()
        job()
    finally:
        connection.close()


def _was_undone(failure: Error) -> bool:
    sqlstate = read_sqlstate(failure)
    # The ledger should have handled any other error of PostgreSQL, such as a deadlock.
    assert sqlstate in _BUSY or sqlstate[:2] in _LOST, sqlstate
    return sqlstate in _BUSY


def _find_holds(chance: random.Random, accounts: Accounts) -> list[OpenHold]:
    while True:
        try:
            return list_holds(chance.choice(accounts.wallets))
        except Error:
            _reconnect()


def _reconnect() -> None:
    deadline = time.monotonic() + _BACK_WITHIN_S
    while True:
        connection.close()
        try:
            connection.ensure_connection()
        except Error:
            if time.monotonic() > deadline:
                raise
            time.sleep(_POLL_S)
        else:
            return
