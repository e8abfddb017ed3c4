"""Proves a batcher's guarantees, on a real database that may be damaged.

Run by the ledger's benchmark in a process of its own, with a superuser's address: one of the
proofs holds a wallet's row, another one ends the connection of whoever posts.
"""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import LiteralString
from uuid import UUID, uuid4

import django
import psycopg

django.setup()

from django.db import OperationalError  # noqa: E402  settings come first
from microbatch import Batcher, QueueFull  # noqa: E402

from ledger.errors import AmountOverflows  # noqa: E402
from ledger.posting import post_transfers  # noqa: E402
from ledger.transfers import NewTransfer  # noqa: E402

_WALLET = UUID("00000000-0000-4000-8000-000000000001")
_STORE = UUID("00000000-0000-4000-9000-000000000001")
_MORE_THAN_ALL = 2**62
_BEYOND_A_BIGINT = 2**63
_PATIENCE_S = 15.0
_URL = os.environ["DATABASE_URL"]
_WHO_WAITS = (
    "FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


def prove_own_results(pool: ThreadPoolExecutor) -> None:
    """Funded payments are posted, others are refused, and an invalid one affects no other."""
    batcher = Batcher(post_transfers)
    amounts = [1, _MORE_THAN_ALL, 1, _BEYOND_A_BIGINT] * 16

    with hold_wallet() as release:
        answers = [pool.submit(batcher.post, draw(amount)) for amount in amounts]
        wait_until(lambda: batcher.waiting == len(amounts) - 1)
        release()

    for amount, answer in zip(amounts, answers, strict=True):
        if amount == _BEYOND_A_BIGINT:
            assert isinstance(answer.exception(), AmountOverflows), answer
        else:
            assert answer.result() == ("created" if amount == 1 else "insufficient_funds")


def prove_bounds(pool: ThreadPoolExecutor) -> None:
    """Callers that find the queue full are refused at once; the others are served."""
    batcher = Batcher(post_transfers, queue_max=4)

    with hold_wallet() as release:
        answers = [pool.submit(batcher.post, draw(1))]
        wait_until(lambda: count_waiting_for_lock() == 1)
        answers += [pool.submit(batcher.post, draw(1)) for _ in range(4)]
        wait_until(lambda: batcher.waiting == 4)
        refused = pool.submit(batcher.post, draw(1))
        assert isinstance(refused.exception(_PATIENCE_S), QueueFull), refused
        release()

    assert [answer.result(_PATIENCE_S) for answer in answers] == ["created"] * 5
    assert batcher.batches == 2


def prove_nobody_hangs(pool: ThreadPoolExecutor) -> None:
    """Prove that a caller whose posting dies gets the error, and the others are served."""
    batcher = Batcher(post_transfers)

    with hold_wallet() as release:
        first = pool.submit(batcher.post, draw(1))
        wait_until(lambda: count_waiting_for_lock() == 1)
        others = [pool.submit(batcher.post, draw(1)) for _ in range(8)]
        wait_until(lambda: batcher.waiting == 8)
        end_who_waits_for_lock()
        assert isinstance(first.exception(_PATIENCE_S), OperationalError), first
        release()

    assert [answer.result(_PATIENCE_S) for answer in others] == ["created"] * 8


@contextmanager
def hold_wallet() -> Iterator[Callable[[], None]]:
    """Lock the wallet's row; yield the function that releases it."""
    with psycopg.connect(_URL) as holder:
        holder.execute("SELECT FROM ledger_account WHERE id = %s FOR UPDATE", [_WALLET])
        yield holder.commit


def count_waiting_for_lock() -> int:
    """Count the connections that wait for a row."""
    return ask(f"SELECT count(*) {_WHO_WAITS}")


def end_who_waits_for_lock() -> None:
    """End their connections, as an operator might."""
    ask(f"SELECT count(pg_terminate_backend(pid)) {_WHO_WAITS}")


def ask(question: LiteralString) -> int:
    """Ask the database by a connection of its own."""
    with psycopg.connect(_URL, autocommit=True) as connection:
        row = connection.execute(question).fetchone()
    assert row is not None
    return int(row[0])


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    until = time.monotonic() + _PATIENCE_S
    while not is_so():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.005)


def draw(amount_minor: int) -> NewTransfer:
    """Draw a payment from the one wallet to the one store."""
    return NewTransfer(
        id=uuid4(),
        debit_account_id=_WALLET,
        credit_account_id=_STORE,
        amount_minor=amount_minor,
        currency="EUR",
        kind="capture",
        reference="A-17",
    )


if __name__ == "__main__":
    for prove in (prove_own_results, prove_bounds, prove_nobody_hangs):
        with ThreadPoolExecutor(max_workers=64) as threads:
            prove(threads)
