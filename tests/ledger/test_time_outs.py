"""Holds whose time is over, and ends that are asked for again, as tables.

`tests/ledger/moves.py` tells the notation. Each row is posted twice: batch by batch, and
every transfer alone.
"""

import pytest

from ledger.models import Transfer
from tests.ledger.moves import Books, change, in_both_ways

pytestmark = pytest.mark.django_db
OPENING = "A 100, D 100, L 100"
# What is posted, the results, and which of the balances are others than before.
REPEATING = {
    "a post": ("#2 post #1; #2 post #1", "created; exists", "A 70, B 30"),
    "a post, now with its amount": (
        "#2 post #1; #2 post #1 30",
        "created; exists",
        "A 70, B 30",
    ),
    "a post of less": ("#2 post #1 10; #2 post #1 10", "created; exists", "A 90, B 10"),
    "a void": ("#2 void #1, #2 void #1", "created, exists", ""),
    "an expiry": ("late #1; #2 expire #1; #2 expire #1", "created; exists", ""),
    "the hold, after its end": ("post #1; #1 A~B 30 60s", "created; exists", "A 70, B 30"),
    "another amount": (
        "#2 post #1 10; #2 post #1",
        "created; exists_with_different_amount",
        "A 90, B 10",
    ),
    "a void as a post": (
        "#2 void #1; #2 post #1",
        "created; exists_with_different_phase",
        "",
    ),
    "a post as a payment": (
        "#2 post #1; #2 A>B 30",
        "created; exists_with_different_phase",
        "A 70, B 30",
    ),
    "the end of another hold": (
        "#3 A~B 30; #2 post #1; #2 post #3",
        "created; created; exists_with_different_pending_id",
        "A 70/30, B 30",
    ),
    "the end of no hold": (
        "#2 post #1; #2 post #9",
        "created; exists_with_different_pending_id",
        "A 70, B 30",
    ),
    "another debit account": (
        "#2 post #1; #2 post #1 D>B",
        "created; exists_with_different_debit_account",
        "A 70, B 30",
    ),
    "another credit account": (
        "#2 post #1; #2 post #1 A>D",
        "created; exists_with_different_credit_account",
        "A 70, B 30",
    ),
    "another currency": (
        "#2 post #1; #2 post #1 30 USD",
        "created; exists_with_different_currency",
        "A 70, B 30",
    ),
    "another kind": (
        "#2 post #1; #2 post #1 fee",
        "created; exists_with_different_kind",
        "A 70, B 30",
    ),
    "another reference": (
        "#2 void #1 test r-1; #2 void #1",
        "created; exists_with_different_reference",
        "",
    ),
}
TIME = {
    "too early": ("expire #1", "pending_transfer_not_expired", "A 100/100"),
    "never": (
        "#2 D~B 1; expire #2",
        "created; pending_transfer_not_expired",
        "A 100/100, D 100/1",
    ),
    "expired": ("late #1; expire #1", "created", ""),
    "expired by its amount": ("late #1; expire #1 100", "created", ""),
    "expired by another amount": (
        "late #1; expire #1 99",
        "pending_transfer_has_different_amount",
        "A 100/100",
    ),
    "expires twice": (
        "late #1; expire #1; expire #1",
        "created; pending_transfer_expired",
        "",
    ),
    "expired of a closed wallet": ("close A; close B; late #1; expire #1", "created", ""),
    "posted too late": ("late #1; post #1", "pending_transfer_expired", "A 100/100"),
    "voided too late": ("late #1; void #1", "pending_transfer_expired", "A 100/100"),
    "posted after it expired": (
        "late #1; expire #1; post #1",
        "created; pending_transfer_expired",
        "",
    ),
    "its money is free at once": ("late #1; A>D 100", "created", "A 0, D 200"),
    "its money is free for a batch": (
        "late #1; A>D 50, A>B 50",
        "created, created",
        "A 0, B 50, D 150",
    ),
    "its money is free for a hold": ("late #1; A~D 100", "created", "A 100/100"),
    "its money is free for who it was held for": ("late #1; A>B 100", "created", "A 0, B 100"),
    "it is free even where it is too little": (
        "late #1; A>D 101",
        "insufficient_funds",
        "",
    ),
    "who can do without leaves it": (
        "S>A 5; late #1; A>B 5",
        "created; created",
        "A 100/100, B 5",
    ),
    "only what is late is free": (
        "S>A 50; #2 A~B 50; late #1; A>D 101, A>D 100",
        "created; created; insufficient_funds, created",
        "A 50/50, D 200",
    ),
    "all that is late is free": (
        "S>A 50; #2 A~D 50 9s; late #1; late #2; A>B 150",
        "created; created; created",
        "A 0, B 150",
    ),
    "it was freed and is posted": (
        "late #1; A>D 100; post #1",
        "created; pending_transfer_expired",
        "A 0, D 200",
    ),
    "freed in a chain that fails it is held again": (
        "late #1; A>D 100 & A>D 1; expire #1",
        "linked_transfer_failed, insufficient_funds; created",
        "",
    ),
    "freed in a chain": ("late #1; A>D 60 & A>B 40", "created, created", "A 0, B 40, D 160"),
    "another's money stays where it is": (
        "#2 D~B 100 9s; late #2; A>B 1",
        "created; insufficient_funds",
        "A 100/100, D 100/100",
    ),
    "coming in it frees nothing": (
        "#2 D~A 100 9s; late #2; A>B 1",
        "created; insufficient_funds",
        "A 100/100, D 100/100",
    ),
    "of an account that grows by debits": (
        "#2 T~L 100 9s; late #2; T>L 100",
        "created; created",
        "A 100/100, L 0",
    ),
    "of both sides, wanted by one": (
        "void #1; #2 A~L 100 9s; late #2; A>B 100",
        "created; created; created",
        "A 0, B 100",
    ),
    "of both sides, wanted by the other": (
        "void #1; #2 A~L 100 9s; late #2; T>L 100",
        "created; created; created",
        "L 0",
    ),
    "of both sides, wanted by both": (
        "void #1; #2 A~L 100 9s; late #2; A>L 100",
        "created; created; created",
        "A 0, L 0",
    ),
    "between two that may go below zero": (
        "#2 T~S 5 9s; late #2; post #2; expire #2",
        "created; pending_transfer_expired; created",
        "A 100/100",
    ),
}


@pytest.fixture
def books(db):
    books = Books()
    books.open_limited_receivable()
    books.fill(OPENING)
    return books


@in_both_ways(REPEATING)
def test_an_end_is_repeatable(books, moves, results, changed, way):
    books.post("#1 A~B 30 60s")

    assert books.post(moves, way=way) == results
    assert books.tell() == change(OPENING, changed)
    books.prove()


@in_both_ways(TIME)
def test_a_hold_that_is_over_its_time_holds_nothing(books, moves, results, changed, way):
    books.post("#1 A~B 100 60s")

    assert books.post(moves, way=way) == results
    assert books.tell() == change(OPENING, changed)
    books.prove()


def test_a_swept_hold_leaves_a_transfer_that_says_so(books):
    books.post("#1 A~B 30 60s EUR gift for-ana; late #1; A>D 100")

    expiry = Transfer.objects.get(pending_id=books.ids[1])
    assert str(expiry) == "gift 30 EUR for-ana"
    assert expiry.phase == "expire"
    assert (expiry.debit_account_id, expiry.credit_account_id) == (
        books.accounts["A"],
        books.accounts["B"],
    )
    payment = Transfer.objects.get(
        kind="test", reference="test", amount_minor=100, debit_account=books.accounts["A"]
    )
    assert expiry.posted_at < payment.posted_at
