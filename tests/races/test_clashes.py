"""Two who want the same in the same moment, stopped where it matters and let go again."""

from contextlib import ExitStack
from dataclasses import replace
from functools import partial

import pytest
from django.db import connection, transaction

from ledger.models import Hold
from ledger.posting import post_transfers
from tests.ledger.moves import WAYS, Books
from tests.ledger.sessions import let_others_act, read_pid, under_way, wait_until_waited_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]
# What is under way under an id, what is asked for meanwhile, and what that is answered when
# the first commits and when it does not.
SAME_ID = {
    "the same": ("T>S 1", "T>S 1, S>T 9", "exists, created"),
    "another amount": ("T>S 2", "T>S 1, S>T 9", "exists_with_different_amount, created"),
    "another direction": (
        "S>T 1",
        "T>S 1, S>T 9",
        "exists_with_different_debit_account, created",
    ),
    "between other accounts": (
        "A>B 1",
        "T>S 1, S>T 9",
        "exists_with_different_debit_account, created",
    ),
    "of another kind": (
        "T>S 1 EUR gift",
        "T>S 1, S>T 9",
        "exists_with_different_kind, created",
    ),
    "a hold": ("T~S 1", "T>S 1, S>T 9", "exists_with_different_phase, created"),
}
BY_WAY = [
    pytest.param(*row, way, id=f"{name}, {way_name}")
    for name, row in SAME_ID.items()
    for way_name, way in WAYS.items()
]


@pytest.fixture
def books(committed, books_hold):
    books = Books()
    books.fill("A 100, D 100")
    yield books
    books_hold()


@pytest.fixture
def meanwhile():
    with let_others_act() as meanwhile:
        yield meanwhile


def read_as(books, moves, transfer_id):
    """Read a batch and give its first transfer this id."""
    first, *others = books.read(moves)
    return [replace(first, id=transfer_id), *others]


def note(books, batch, results):
    """Keep what was created, to be held against the transfers."""
    pairs = zip(batch, results, strict=True)
    books.created |= {each.id for each, result in pairs if result == "created"}
    return ", ".join(results)


@pytest.mark.parametrize(("first", "then", "results", "way"), BY_WAY)
def test_who_comes_second_with_an_id_is_told_about_the_first(
    meanwhile, books, first, then, results, way
):
    batch = books.read(first)
    other = read_as(books, then, batch[0].id)

    with transaction.atomic():
        note(books, batch, post_transfers(batch))
        waiting = meanwhile(partial(way, other))
        wait_until_waited_for(read_pid(connection))

    assert note(books, other, waiting.result(timeout=10)) == results
    books.prove()


@pytest.mark.parametrize(("first", "then", "results", "way"), BY_WAY)
def test_an_id_that_came_to_nothing_is_free_for_who_waited(
    meanwhile, books, first, then, results, way
):
    batch = books.read(first)
    other = read_as(books, then, batch[0].id)

    with transaction.atomic():
        post_transfers(batch)
        waiting = meanwhile(partial(way, other))
        wait_until_waited_for(read_pid(connection))
        transaction.set_rollback(True)

    assert note(books, other, waiting.result(timeout=10)) == "created, created"
    books.prove()


@pytest.mark.parametrize("end", ["post", "void"])
def test_a_hold_is_not_lost_when_the_id_of_its_end_is_taken(meanwhile, books, end):
    books.post("#1 A~B 30 60s")
    payment = books.read("T>S 1")
    ending = read_as(books, f"{end} #1", payment[0].id)

    with transaction.atomic():
        note(books, payment, post_transfers(payment))
        waiting = meanwhile(partial(post_transfers, ending))
        wait_until_waited_for(read_pid(connection))

    assert waiting.result(timeout=10) == ["exists_with_different_phase"]
    assert books.tell() == "A 100/30, D 100"
    assert Hold.objects.get(debit_account=books.accounts["A"]).amount_minor == 30
    books.prove()
    assert books.post(f"{end} #1") == "created"
    books.prove()


@pytest.mark.parametrize("is_voided", [True, False], ids=["voided", "not voided"])
def test_who_could_not_see_a_hold_coming_waits_for_who_ends_it_too(meanwhile, books, is_voided):
    """It locked what it could see, waited for something else, and then the hold was there."""
    payment, hold = books.read("#1 T>S 1"), books.read("#2 A~B 30")
    voiding, posting = books.read("void #2"), books.read("#1 T>S 1, post #2 20")

    def void():
        post_transfers(voiding)
        transaction.set_rollback(not is_voided)

    with ExitStack() as paying, ExitStack() as ending:
        pid = paying.enter_context(under_way(meanwhile, partial(post_transfers, payment)))
        waiting = meanwhile(partial(post_transfers, posting))
        wait_until_waited_for(pid)
        note(books, hold, post_transfers(hold))
        pid = ending.enter_context(under_way(meanwhile, void))
        paying.close()
        wait_until_waited_for(pid)
    results = note(books, posting, waiting.result(timeout=10))

    books.created.add(payment[0].id)
    if is_voided:
        books.created.add(voiding[0].id)
        assert results == "exists, pending_transfer_already_voided"
        assert books.tell() == "A 100, D 100"
    else:
        assert results == "exists, created"
        assert books.tell() == "A 80, B 20, D 100"
    books.prove()


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_who_frees_overdue_money_waits_for_nobody_it_was_held_for(meanwhile, books, way):
    books.post("#1 A~D 60 60s, #2 A~B 40 60s; late #1; late #2")
    busy, paying = books.read("D>T 1, S>B 1"), books.read("A>T 70, A>T 30")

    with transaction.atomic():
        note(books, busy, post_transfers(busy))
        payment = meanwhile(partial(way, paying))
        results = note(books, paying, payment.result(timeout=10))

    assert results == "created, created"
    assert books.tell() == "B 1, D 99"
    books.prove()
