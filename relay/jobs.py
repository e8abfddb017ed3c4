"""Queue jobs by name, after commit.

A job is a hint as well: whatever it would do is found again by a sweep over rows.
"""

from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from relay.connection import hint


def enqueue_on_commit(name: str, *arguments: str) -> None:
    """Queue the job of this name once the transaction has committed."""
    transaction.on_commit(partial(enqueue, name, *arguments), robust=True)


def enqueue(name: str, *arguments: str) -> None:
    """Queue the job of this name now; lost if the relay is away."""
    hint(lambda: _send(name, arguments))


def _send(name: str, arguments: tuple[str, ...]) -> None:
    try:
        current_app.send_task(name, arguments, retry=False, ignore_result=True)
    except OperationalError as failure:
        raise ConnectionError(str(failure)) from failure
