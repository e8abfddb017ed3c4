"""Linked transfers, as tables; `tests/ledger/moves.py` tells the notation.

`failed` stands for `linked_transfer_failed`: another one of the chain was refused.
"""

from dataclasses import replace

import pytest
from django.db import transaction

from ledger.errors import InsufficientFunds, TransferRefused
from ledger.posting import post_all, post_together
from tests.ledger.moves import Books, change

pytestmark = pytest.mark.django_db
OPENING = "A 100, D 100, L 100"
# What is posted, the results, and which of the balances are others than before.
CHAINS = {
    "all good": ("A>B 1 & B>D 1 & D>A 1", "created, created, created", ""),
    "the first fails": (
        "A>B 101 & A>B 1 & A>D 1",
        "insufficient_funds, failed, failed",
        "",
    ),
    "the middle fails": (
        "A>B 1 & A>A 1 & A>D 1",
        "failed, accounts_must_be_different, failed",
        "",
    ),
    "the last fails": (
        "A>B 1 & A>B 1 & X>D 1",
        "failed, failed, debit_account_not_found",
        "",
    ),
    "only the first failure is told": (
        "A>B 1 & A>B 0 & A>B 0",
        "failed, amount_must_be_positive, failed",
        "",
    ),
    "what came in within it can be spent": ("A>B 9 & B>D 9", "created, created", "A 91, D 109"),
    "what came in within it comes to nothing": (
        "A>B 9 & B>D 10, B>D 1",
        "failed, insufficient_funds, insufficient_funds",
        "",
    ),
    "fails and the next goes on": (
        "A>B 100 & A>B 1, A>B 100",
        "failed, insufficient_funds, created",
        "A 0, B 100",
    ),
    "between others": (
        "A>B 1, A>B 2 & A>B 4, A>B 8",
        "created, created, created, created",
        "A 85, B 15",
    ),
    "fails between others": (
        "A>B 1, A>B 2 & B>D 4, A>B 8",
        "created, failed, insufficient_funds, created",
        "A 91, B 9",
    ),
    "two of them, both good": (
        "A>B 1 & A>B 2, D>B 4 & D>B 8",
        "created, created, created, created",
        "A 97, B 15, D 88",
    ),
    "two of them, the first fails": (
        "A>B 1 & A>C 2, D>B 4 & D>B 8",
        "failed, credit_account_closed, created, created",
        "B 12, D 88",
    ),
    "two of them, the second fails": (
        "A>B 1 & A>B 2, C>B 4 & D>B 8",
        "created, created, debit_account_closed, failed",
        "A 97, B 3",
    ),
    "open at the end": (
        "A>B 1 & A>B 2 &",
        "failed, linked_chain_open",
        "",
    ),
    "one that is linked to nothing": ("A>B 1 &", "linked_chain_open", ""),
    "open after others": ("A>B 1, A>B 2 &", "created, linked_chain_open", "A 99, B 1"),
    "open, and would fail": (
        "A>A 1 & A>B 2 &",
        "failed, linked_chain_open",
        "",
    ),
    "open, and was posted before": (
        "#1 A>B 1; #1 A>B 1 &",
        "created; linked_chain_open",
        "A 99, B 1",
    ),
    "repeated as a whole": (
        "#1 A>B 1 & #2 A>B 2; #1 A>B 1 & #2 A>B 2",
        "created, created; exists, exists",
        "A 97, B 3",
    ),
    "one that exists does not break it": (
        "#1 A>B 1; #1 A>B 1 & A>B 2",
        "created; exists, created",
        "A 97, B 3",
    ),
    "one that exists is not undone with it": (
        "#1 A>B 1; #1 A>B 1 & A>B 200",
        "created; failed, insufficient_funds",
        "A 99, B 1",
    ),
    "another amount under a known id breaks it": (
        "#1 A>B 1; A>B 2 & #1 A>B 3",
        "created; failed, exists_with_different_amount",
        "A 99, B 1",
    ),
    "the same twice within it": ("#1 A>B 1 & #1 A>B 1", "created, exists", "A 99, B 1"),
    "another one under the same id within it": (
        "#1 A>B 1 & #1 A>B 2",
        "failed, exists_with_different_amount",
        "",
    ),
    "its ids are free again when it fails": (
        "#1 A>B 1 & #2 A>B 200, #1 A>D 5, #2 A>D 6",
        "failed, insufficient_funds, created, created",
        "A 89, D 111",
    ),
    "a failed one is asked for again": (
        "#1 B>D 1 & #2 A>B 1; A>B 5; #1 B>D 1 & #2 A>B 1",
        "insufficient_funds, failed; created; created, created",
        "A 94, B 5, D 101",
    ),
    "money of a failed one is not spent by the next": (
        "A>B 50 & B>B 1, D>A 1 & B>D 50",
        "failed, accounts_must_be_different, failed, insufficient_funds",
        "",
    ),
    "room in a full wallet": (
        "S>B max; B>T 1 & S>B 1, B>T 1 & S>B 2",
        "created; created, created, failed, balance_would_overflow",
        "B max",
    ),
}
TOGETHER = {
    "one moves": ("A>B 30", "A 70, B 30"),
    "fee after gross": ("A>B 10, B>D 1", "A 90, B 9, D 101"),
    "around and back": ("A>B 5, B>A 5", ""),
    "the same once": ("#1 A>B 2, #1 A>B 2", "A 98, B 2"),
    "second leg fails, first is undone": ("A>B 100, A>B 1", InsufficientFunds),
    "a closed account stops all": ("A>B 5, B>C 5", TransferRefused),
    "another amount stops all": ("#1 A>B 1, #1 A>B 2", TransferRefused),
    "nothing": ("", ""),
}


@pytest.fixture
def books(db):
    books = Books()
    books.open_limited_receivable()
    return books


@pytest.mark.parametrize(("moves", "results", "changed"), CHAINS.values(), ids=CHAINS)
def test_a_chain_is_posted_whole_or_not_at_all(books, moves, results, changed):
    books.fill(OPENING)

    answered = books.post(moves)

    assert answered.replace("linked_transfer_failed", "failed") == results
    assert books.tell() == change(OPENING, changed)
    books.prove()


@pytest.mark.parametrize(("moves", "outcome"), TOGETHER.values(), ids=TOGETHER)
def test_together_means_all_or_none(books, moves, outcome):
    books.fill(OPENING)

    if isinstance(outcome, str):
        transfers = books.read(moves)
        post_together(transfers)
        books.created |= {each.id for each in transfers}
        assert books.tell() == change(OPENING, outcome)
    else:
        with pytest.raises(outcome):
            post_together(books.read(moves))
        assert books.tell() == OPENING
    books.prove()


def test_a_refusal_names_its_transfer_and_its_result(books):
    transfers = books.read("S>A 5, A>B 6, A>B 7")

    with pytest.raises(InsufficientFunds) as refusal:
        post_together(transfers)

    assert refusal.value.transfer_id == transfers[1].id
    assert refusal.value.result == "insufficient_funds"
    assert str(refusal.value) == "There is too little money for this. Nothing was taken."
    assert books.tell() == ""


def test_another_refusal_says_which_transfer_and_why(books):
    (transfer,) = books.read("A>C 5")

    with pytest.raises(TransferRefused) as refusal:
        post_together([transfer])

    assert str(refusal.value) == f"Transfer {transfer.id} was refused: credit_account_closed."


def test_what_is_posted_together_needs_no_more_to_link_to(books):
    (transfer,) = books.read("S>A 5")

    post_together([replace(transfer, linked=True)])

    books.created |= {transfer.id}
    assert books.tell() == "A 5"


def test_all_are_posted_or_the_transaction_ends_with_the_refusal(books):
    transfers = books.read("S>A 5, A>B 6, A>B 1")

    with pytest.raises(InsufficientFunds) as refusal, transaction.atomic():
        post_all(transfers)

    assert refusal.value.transfer_id == transfers[1].id
    assert books.tell() == ""
    post_all(transfers[:1])
    assert books.tell() != ""
