"""What is closed is final: its balances never change, whoever posts meanwhile."""

import random
import uuid
from collections.abc import Callable
from concurrent.futures import wait
from functools import partial
from threading import Event

import pytest
from django.db import connection, transaction

from ledger.checkpoints import take_checkpoints
from ledger.period_close import close_period
from ledger.posting import post_transfers
from ledger.queries import sum_balance_at
from ledger.transfers import NewPending, NewTransfer, PendingPost, PendingVoid
from tests.ledger.moves import Books, post_singly
from tests.ledger.sessions import let_others_act

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]
POSTERS, BATCHES = 6, 60
NAMES = "ABDT"
# Without checkpoints, from the first transfer on.
ADD_UP = """
    SELECT coalesce(sum(CASE WHEN t.credit_account_id = %(account)s THEN t.amount_minor
                             ELSE -t.amount_minor END), 0)
      FROM ledger_transfer t
     WHERE (t.debit_account_id = %(account)s OR t.credit_account_id = %(account)s)
       AND t.phase IN ('single', 'post') AND t.posted_at <= %(at)s
"""


def draw_batch(books, chance):
    """Draw a batch of one to nine: payments, and holds with their ends."""
    batch = []
    for _ in range(chance.randrange(1, 6)):
        debit, credit = (books.accounts[name] for name in chance.sample(["S", *NAMES], 2))
        row = (debit, credit, chance.randrange(1, 40), "EUR", "test", "test")
        shape = chance.choice([NewTransfer, NewTransfer, NewPending])
        batch.append(shape(uuid.uuid4(), *row))
        if shape is NewPending:
            end = chance.choice([PendingPost, PendingVoid])
            batch.append(end(uuid.uuid4(), batch[-1].id))
    return batch


def post_at_random(books, seed):
    """Post in all three ways, and in transactions that go on for a while."""
    chance = random.Random(seed)  # noqa: S311  every run is the same
    for _ in range(BATCHES):
        post_transfers(draw_batch(books, chance))
        post_singly([each for each in draw_batch(books, chance) if type(each) is NewTransfer])
        with transaction.atomic(), connection.cursor() as cursor:
            post_transfers(draw_batch(books, chance))
            cursor.execute("SELECT pg_sleep(%s)", [chance.uniform(0, 0.01)])


def close_again_and_again(is_over: Event, close: Callable[[], object]):
    """Close until all is over; return every instant that was closed."""
    closed = []
    while not is_over.is_set():
        closed.append(close())
    return closed


def read_balances(books, at):
    return {name: sum_balance_at(books.accounts[name], at) for name in NAMES}


def add_up(books, at):
    sums = {}
    with connection.cursor() as cursor:
        for name in NAMES:
            cursor.execute(ADD_UP, {"account": books.accounts[name], "at": at})
            sums[name] = int(cursor.fetchone()[0])
    return sums


def test_balances_of_closed_instants_stay_as_they_were_read(committed, books_hold):
    books = Books()
    books.fill("A 500, B 500, D 500")
    is_over = Event()

    def read_closed():
        at = close_period()
        return at, read_balances(books, at), add_up(books, at)

    with let_others_act() as meanwhile:
        closing = [
            meanwhile(partial(close_again_and_again, is_over, verb))
            for verb in (read_closed, read_closed, partial(take_checkpoints, tail_min=20))
        ]
        posting = [meanwhile(partial(post_at_random, books, seed)) for seed in range(POSTERS)]
        wait(posting)
        is_over.set()
        assert [each.result() for each in posting] == [None] * POSTERS
        readings = [each for closed in closing[:2] for each in closed.result()]
        taken = closing[2].result()

    assert len(readings) >= 20
    assert sum(taken) >= 8
    for at, balances, sums in readings:
        assert balances == sums == read_balances(books, at) == add_up(books, at)
    books_hold()
