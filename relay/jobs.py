"""Queue jobs by name, after commit.

A job is a hint: it finds its work in rows, and so does the timetable's. A process sends its
hints of half a second as one, because queueing costs more than a payment.
"""

import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from celery import current_app
from kombu.exceptions import OperationalError

from relay.connection import JOBS, after_commit, hint

_GATHER_S = 0.5
# Among Redis's four lists of a queue the one that is looked at last.
_LAST = 9
_gathering_until: dict[str, float] = {}


def enqueue_on_commit(name: str) -> None:
    """Queue the job of this name once the transaction has committed; it starts soon after."""
    after_commit(partial(enqueue, name))


def enqueue(name: str) -> None:
    """Queue the job of this name unless one waits to start; lost if the relay is away."""
    now = time.monotonic()
    if now < _gathering_until.get(name, 0):
        return
    _gathering_until[name] = now + _GATHER_S
    hint(JOBS, lambda: _send(name))


def enqueue_part(name: str, part: Sequence[str], *, life_s: float = 60) -> None:
    """Queue a part of a job's work at once; lost if the relay is away, or nobody takes it.

    Whoever shares work out finds it again in rows, in the next round. Parts come after all
    other jobs: hundreds of them would keep a code that somebody waits for, and outlive sweeps.
    """
    hint(JOBS, partial(_send_part, name, list(part), life_s))


def _send_part(name: str, part: list[str], life_s: float) -> None:
    options: dict[str, Any] = {"expires": life_s, "retry": False, "ignore_result": True}
    try:
        current_app.send_task(name, [part], priority=_LAST, **options)
    except OperationalError as failure:
        raise ConnectionError(str(failure)) from failure


def _send(name: str) -> None:
    try:
        # A little longer than hints are gathered: it starts after the last hint it stands for.
        current_app.send_task(name, countdown=_GATHER_S + 0.1, retry=False, ignore_result=True)
    except OperationalError as failure:
        raise ConnectionError(str(failure)) from failure
