"""Limits how many hashes run at once: each takes a processor, and sales go first.

Known devices (a paired till, a signed-in wallet, a device somebody has signed in on) do not
wait for strangers. Strangers share one place in each process, which rests three times as long
as it has worked: however many try, their hashes take a quarter of a processor.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from identity.errors import ChecksWait


class Lane:
    """A few places to hash, and a few to wait; beyond those a request is refused at once."""

    def __init__(
        self, *, at_once: int, waiting_max: int, patience_s: float, rest: float = 0
    ) -> None:
        self._places = BoundedSemaphore(at_once + waiting_max)
        self._working = BoundedSemaphore(at_once)
        self._patience_s, self._rest, self._free_at = patience_s, rest, 0.0

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Take a place for the block; enter before a transaction, so that no wait holds a lock.

        Raises:
            ChecksWait: too many are waiting, or the wait was too long.
        """
        if not self._places.acquire(blocking=False):
            raise ChecksWait
        try:
            if not self._working.acquire(timeout=self._patience_s):
                raise ChecksWait
            try:
                yield from self._work()
            finally:
                self._working.release()
        finally:
            self._places.release()

    def _work(self) -> Iterator[None]:
        time.sleep(max(self._free_at - time.monotonic(), 0))
        began = time.thread_time()
        try:
            yield
        finally:
            worked = time.thread_time() - began
            self._free_at = time.monotonic() + self._rest * worked


KNOWN = Lane(at_once=2, waiting_max=100, patience_s=5)
STRANGERS = Lane(at_once=1, waiting_max=2, patience_s=2, rest=3)
