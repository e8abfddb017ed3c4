"""Jobs that run at the same moment, each in a thread with a connection of its own."""

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection, connections

PEOPLE_MAX = 100
# On a busy machine a job may wait for long without a fault, but not for ever.
_PATIENCE_S = 60
_WITHIN_S = (0.001, 0.004, 0.004, 0.016, 0.064)
_WAIT_LONG = """
    SELECT set_config('lock_timeout', '30s', false),
           set_config('statement_timeout', '30s', false),
           set_config('idle_in_transaction_session_timeout', '30s', false)
"""

Job = Callable[[], Any]


class Crowd:
    """Threads that stay, so that every round starts on connections that are open already."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=PEOPLE_MAX)
        self._size = 0

    def act(
        self,
        jobs: Sequence[Job],
        *,
        refusals: tuple[type[Exception], ...] = (),
        patience_s: float = _PATIENCE_S,
    ) -> list[Any]:
        """Start all jobs at once; return each one's result or refusal, in order.

        Anything but `refusals` is raised: a deadlock or a time-out is never an answer.
        """
        self._size = max(self._size, len(jobs))
        barrier = Barrier(len(jobs))
        started = [self._pool.submit(_take_part, barrier, job, refusals) for job in jobs]
        return [one.result(timeout=patience_s) for one in started]

    def start(self, job: Job, *, refusals: tuple[type[Exception], ...] = ()) -> Future[Any]:
        """Start one job while the test does something else."""
        self._size = max(self._size, 1)
        return self._pool.submit(_take_part, Barrier(1), job, refusals)

    def leave(self) -> None:
        """Close every connection in the thread it belongs to, and end the threads."""
        if self._size:
            self.act([connections.close_all] * self._size)
        self._pool.shutdown()


def late(job: Job, by_s: float) -> Job:
    """Delay a job by a moment, so that either side can be the first."""

    def start_late() -> Any:
        time.sleep(by_s)
        return job()

    return start_late


def stagger(jobs: Sequence[Job], *, round_number: int) -> list[Job]:
    """Delay every job by a moment of its own, the same in every run.

    Some rounds are so close that the jobs meet, and some so wide that either side is first on a
    machine of any speed.
    """
    chance = random.Random(round_number)  # noqa: S311  every run is the same
    within_s = _WITHIN_S[round_number % len(_WITHIN_S)]
    return [late(job, chance.uniform(0, within_s)) for job in jobs]


def _take_part(barrier: Barrier, job: Job, refusals: tuple[type[Exception], ...]) -> Any:
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute(_WAIT_LONG)
    barrier.wait(_PATIENCE_S)
    try:
        return job()
    except refusals as refusal:
        return refusal
