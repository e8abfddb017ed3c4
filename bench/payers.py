"""Load on posting: processes that post random payments, alone or by many threads.

Processes, so that it is the server that is measured and not Python's one lock; threads
where the question is what one process of the product can do.
"""

import multiprocessing
import random
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

import uuid6
from figures import Sample
from load import Unexpected
from microbatch import Batcher

from ledger.posting import post_transfers
from ledger.transfers import NewTransfer

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

WALLETS = 10_000
WALLET_ID = 0x00000000_0000_4000_8000_000000000000
STORE_ID = 0x00000000_0000_4000_9000_000000000000
_STORES_MAX = 10
# Made once: of what a batch costs, its drawing should be as little as with pgbench.
_WALLET_IDS = [UUID(int=WALLET_ID + number) for number in range(1, WALLETS + 1)]
_STORE_IDS = [UUID(int=STORE_ID + number) for number in range(1, _STORES_MAX + 1)]
_WARM_UP = 10
_SILENCE_MAX_S = 60.0
_FORK = multiprocessing.get_context("fork")

Post = Callable[[Sequence[NewTransfer]], Sequence[str]]


@dataclass(slots=True)
class _Answer:
    took_s: list[float] = field(default_factory=list)
    ended_at: float = 0.0
    cpu_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Load:
    """The posting processes and threads; `open_post` is called once in each process."""

    open_post: Callable[[], Post]
    processes: int
    threads: int = 1
    size: int = 1
    stores: int = 10

    def draw(self) -> list[NewTransfer]:
        """Draw payments of one cent from random wallets to random stores."""
        wallets = random.choices(_WALLET_IDS, k=self.size)
        stores = random.choices(_STORE_IDS[: self.stores], k=self.size)
        return [
            NewTransfer(
                id=uuid6.uuid7(),
                debit_account_id=wallet,
                credit_account_id=store,
                amount_minor=1,
                currency="EUR",
                kind="capture",
                reference="A-17",
            )
            for wallet, store in zip(wallets, stores, strict=True)
        ]


def post_by_cursor() -> Post:
    """Open `ledger/posting.py` as it is: Django's connection, one for each thread."""
    return post_transfers


def post_batched() -> Post:
    """Open the same behind a batcher that all threads of the process share."""
    batcher = Batcher(post_transfers)
    return lambda transfers: [batcher.post(transfer) for transfer in transfers]


def run_payers(
    load: Load, *, seconds: float, read_cpu: Callable[[], dict[str, float]]
) -> Sample:
    """Run all payers at once; return how long each posting took.

    Processes are forked, so no connection may be open here.

    Raises:
        Unexpected: one of them failed, or was answered other than `created`.
    """
    pipes, processes = [], []
    try:
        for _ in range(load.processes):
            ours, theirs = _FORK.Pipe()
            process = _FORK.Process(target=_serve, args=(load, theirs), daemon=True)
            process.start()
            theirs.close()
            pipes.append(ours)
            processes.append(process)
        for pipe in pipes:
            _receive(pipe)
        before = read_cpu()
        begin_at = time.monotonic() + 0.05
        for pipe in pipes:
            pipe.send((begin_at, begin_at + seconds))
        answers = [_receive(pipe) for pipe in pipes]
        after = read_cpu()
    finally:
        for process in processes:
            process.join(timeout=5)
            process.kill()
    return Sample(
        [took_s for answer in answers for took_s in answer.took_s],
        max(answer.ended_at for answer in answers) - begin_at,
        load.size,
        cpu_s={name: spent - before[name] for name, spent in after.items()}
        | {"load": sum(answer.cpu_s for answer in answers)},
    )


def _receive(pipe: "Connection") -> _Answer:
    if not pipe.poll(_SILENCE_MAX_S):
        raise Unexpected(f"a payer said nothing for {_SILENCE_MAX_S:.0f} s")
    answer = pipe.recv()
    if not isinstance(answer, _Answer):
        raise Unexpected(str(answer))
    return answer


def _serve(load: Load, pipe: "Connection") -> None:
    # Without this, forked processes would all draw the same.
    random.seed()
    try:
        crew = _Crew(load, load.open_post())
        crew.warm_up()
        pipe.send(_Answer())
        began_at, until = pipe.recv()
        pipe.send(crew.run(began_at=began_at, until=until))
    except BaseException:
        pipe.send(traceback.format_exc())
        raise


class _Crew:
    """The threads of one process."""

    def __init__(self, load: Load, post: Post) -> None:
        self._load, self._post = load, post
        self._answer = _Answer()
        self._failures: list[str] = []
        self._is_warm = threading.Barrier(load.threads + 1)
        self._may_begin = threading.Event()
        self._began_at = self._until = 0.0
        self._threads = [
            threading.Thread(target=self._post_many, daemon=True) for _ in range(load.threads)
        ]

    def warm_up(self) -> None:
        for thread in self._threads:
            thread.start()
        try:
            self._is_warm.wait(_SILENCE_MAX_S)
        except threading.BrokenBarrierError:
            raise Unexpected(self._failures[0]) from None

    def run(self, *, began_at: float, until: float) -> _Answer:
        self._began_at, self._until = began_at, until
        before_s = time.process_time()
        self._may_begin.set()
        for thread in self._threads:
            thread.join()
        self._answer.cpu_s = time.process_time() - before_s
        if self._failures:
            raise Unexpected(self._failures[0])
        return self._answer

    def _post_many(self) -> None:
        try:
            for _ in range(_WARM_UP):
                self._post_once()
            self._is_warm.wait(_SILENCE_MAX_S)
            self._may_begin.wait(_SILENCE_MAX_S)
            time.sleep(max(0.0, self._began_at - time.monotonic()))
            while (now := time.monotonic()) < self._until:
                self._answer.took_s.append(self._post_once())
            self._answer.ended_at = max(self._answer.ended_at, now)
        except Exception:  # noqa: BLE001  told to whoever started us
            self._failures.append(traceback.format_exc())
            self._is_warm.abort()

    def _post_once(self) -> float:
        transfers = self._load.draw()
        began = time.perf_counter()
        results = self._post(transfers)
        took_s = time.perf_counter() - began
        if results != ["created"] * len(transfers):
            raise Unexpected(f"the ledger answered {set(results)}")
        return took_s
