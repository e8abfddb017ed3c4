"""An experiment: threads of one process that post at the same time share a transaction.

No thread of its own and no waiting for company. Who comes while nothing is under way posts
at once, alone; who comes while a commit runs waits, and the first of them then posts for
all. docs/decisions/0013-micro-batching.md says what it brings and why it stays here.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import InterfaceError, OperationalError

from ledger.transfers import NewTransfer

Post = Callable[[Sequence[NewTransfer]], Sequence[str]]


class QueueFull(Exception):
    """Too many wait already; nothing was posted."""


class WaitedTooLong(Exception):
    """No result in time. It may have been posted: ask again with the same id."""


@dataclass(slots=True, eq=False)
class _Waiting:
    transfer: NewTransfer
    is_leader: bool = False
    result: str | None = None
    failure: BaseException | None = None
    # A lock that is taken twice costs less than an Event, and wakes one thread just as well.
    woken: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.woken.acquire()

    def give_result(self) -> str:
        if self.failure is not None:
            raise self.failure
        assert self.result is not None
        return self.result


class Batcher:
    """Posts its callers' transfers, together with those that others brought meanwhile."""

    def __init__(
        self, post: Post, *, batch_max: int = 100, queue_max: int = 1000, patience_s: float = 10
    ) -> None:
        self.batches = 0
        self._post = post
        self._batch_max = batch_max
        self._queue_max = queue_max
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._queue: deque[_Waiting] = deque()
        self._is_posting = False

    @property
    def waiting(self) -> int:
        """Return the queue's length, without the batch that is being posted."""
        return len(self._queue)

    def post(self, transfer: NewTransfer) -> str:
        """Post one and return its own result.

        Raises:
            QueueFull: nothing was posted.
            WaitedTooLong: it may or may not have been posted.
            Exception: what posting this one transfer raised.
        """
        mine = _Waiting(transfer)
        with self._lock:
            if len(self._queue) >= self._queue_max:
                raise QueueFull
            self._queue.append(mine)
            if not self._is_posting:
                self._is_posting = mine.is_leader = True
        if not mine.is_leader and not mine.woken.acquire(timeout=self._patience_s):
            self._give_up(mine)
        if mine.is_leader:
            self._lead()
        return mine.give_result()

    def _give_up(self, mine: _Waiting) -> None:
        with self._lock:
            if mine.is_leader or mine.result is not None or mine.failure is not None:
                # Woken in the very moment the patience ended.
                return
            if mine in self._queue:
                self._queue.remove(mine)
        raise WaitedTooLong

    def _lead(self) -> None:
        with self._lock:
            count = min(len(self._queue), self._batch_max)
            batch = [self._queue.popleft() for _ in range(count)]
        try:
            self._post_for(batch)
        except BaseException as failure:  # noqa: BLE001  passed on to each of them
            # Also when the leader's thread is stopped: callers behind it must not hang.
            for waiting in batch:
                if waiting.result is None and waiting.failure is None:
                    waiting.failure = failure
        finally:
            self._hand_over(batch)

    def _post_for(self, batch: list[_Waiting]) -> None:
        self.batches += 1
        try:
            results = self._post([waiting.transfer for waiting in batch])
        except (OperationalError, InterfaceError):
            # The database is down or gave up; one request for each would make it worse.
            raise
        except Exception as failure:  # noqa: BLE001  passed on to its caller
            if len(batch) == 1:
                batch[0].failure = failure
                return
            # One of them cannot even be sent: each caller tries by itself.
            for waiting in batch:
                self._post_for([waiting])
            return
        for waiting, result in zip(batch, results, strict=True):
            waiting.result = result

    def _hand_over(self, batch: list[_Waiting]) -> None:
        with self._lock:
            if self._queue:
                self._queue[0].is_leader = True
                self._queue[0].woken.release()
            else:
                self._is_posting = False
        for waiting in batch:
            # The leader itself, which waits for nothing, may be released as well.
            if waiting.woken.locked():
                waiting.woken.release()
