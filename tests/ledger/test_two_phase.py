"""Holding money and ending the hold, as tables; `tests/ledger/moves.py` tells the notation.

Each row is posted twice: batch by batch, and every transfer alone. `A 70/30` is a balance
of 70 of which 30 are on hold.
"""

import pytest

from ledger.models import Transfer
from tests.ledger.moves import Books, change, in_both_ways

pytestmark = pytest.mark.django_db
OPENING = "A 100, D 100, L 100"
# What is posted, the results, and which of the balances are others than before.
HOLDING = {
    "some": ("A~B 30", "created", "A 100/30"),
    "all": ("A~B 100", "created", "A 100/100"),
    "a cent more than is there": ("A~B 101", "insufficient_funds", ""),
    "it counts against the next hold": (
        "A~B 60, A~B 41, A~D 40",
        "created, insufficient_funds, created",
        "A 100/100",
    ),
    "it counts against a payment": (
        "A~B 60, A>B 41, A>B 40",
        "created, insufficient_funds, created",
        "A 60/60, B 40",
    ),
    "it counts against a whole batch": (
        "A~B 60; A>B 20, A>B 21, A>B 20",
        "created; created, insufficient_funds, created",
        "A 60/60, B 40",
    ),
    "it cannot be spent where it goes": (
        "A~B 30, B>D 1",
        "created, insufficient_funds",
        "A 100/30",
    ),
    "of an account that grows by debits": (
        "T~L 60, T>L 41, T~L 40",
        "created, insufficient_funds, created",
        "L 100/100",
    ),
    "of both sides": ("A~L 60, T~L 41", "created, insufficient_funds", "A 100/60, L 100/60"),
    "of takings, which may go below zero": ("T~A 500", "created", ""),
    "of the bank": ("S~T 500, S~A 500, A>B 101", "created, created, insufficient_funds", ""),
    "the most a wallet holds": (
        "S>B max; B~T max, B~T 1, B>T 1",
        "created; created, insufficient_funds, insufficient_funds",
        "B max/9223372036854775807",
    ),
    "into a full wallet": ("S>B max; A~B 1", "created; created", "A 100/1, B max"),
    "zero": ("A~B 0", "amount_must_be_positive", ""),
    "negative": ("A~B -5", "amount_must_be_positive", ""),
    "to itself": ("A~A 1", "accounts_must_be_different", ""),
    "from nowhere": ("X~A 1", "debit_account_not_found", ""),
    "to nowhere": ("A~X 1", "credit_account_not_found", ""),
    "into another currency": ("A~J 1", "currency_mismatch", ""),
    "from a closed account": ("C~A 1", "debit_account_closed", ""),
    "to a closed account": ("A~C 1", "credit_account_closed", ""),
    "for no time": ("A~B 1 0s", "timeout_must_be_positive", ""),
    "for less than no time": ("A~J 1 -1s", "timeout_must_be_positive", ""),
    "for the longest time": ("A~B 1 2147483647s", "created", "A 100/1"),
    "the same again": ("#1 A~B 30, #1 A~B 30", "created, exists", "A 100/30"),
    "the same again with its time": (
        "#1 A~B 30 60s; #1 A~B 30 60s",
        "created; exists",
        "A 100/30",
    ),
    "again for longer": (
        "#1 A~B 30 60s; #1 A~B 30 61s",
        "created; exists_with_different_timeout",
        "A 100/30",
    ),
    "again for ever": (
        "#1 A~B 30 60s; #1 A~B 30",
        "created; exists_with_different_timeout",
        "A 100/30",
    ),
    "again, no longer for ever": (
        "#1 A~B 30; #1 A~B 30 60s",
        "created; exists_with_different_timeout",
        "A 100/30",
    ),
    "again with another amount": (
        "#1 A~B 30; #1 A~B 31",
        "created; exists_with_different_amount",
        "A 100/30",
    ),
    "again as a payment": (
        "#1 A~B 30; #1 A>B 30",
        "created; exists_with_different_phase",
        "A 100/30",
    ),
    "what was a payment": (
        "#1 A>B 30; #1 A~B 30",
        "created; exists_with_different_phase",
        "A 70, B 30",
    ),
    "in a chain that fails": (
        "A~B 30 & A>B 71",
        "linked_transfer_failed, insufficient_funds",
        "",
    ),
}
ENDING = {
    "all is posted": ("#1 A~B 30; post #1", "created; created", "A 70, B 30"),
    "in the same batch": ("#1 A~B 30, post #1", "created, created", "A 70, B 30"),
    "less is posted and the rest is free": (
        "#1 A~B 100; post #1 10; A>D 90",
        "created; created; created",
        "A 0, B 10, D 190",
    ),
    "all is posted by its amount": ("#1 A~B 30; post #1 30", "created; created", "A 70, B 30"),
    "more than is held": (
        "#1 A~B 30; post #1 31",
        "created; exceeds_pending_transfer_amount",
        "A 100/30",
    ),
    "nothing of it": ("#1 A~B 30; post #1 0", "created; amount_must_be_positive", "A 100/30"),
    "less than nothing": (
        "#1 A~B 30; post #1 -1",
        "created; amount_must_be_positive",
        "A 100/30",
    ),
    "voided": ("#1 A~B 30; void #1", "created; created", ""),
    "voided by its amount": ("#1 A~B 30; void #1 30", "created; created", ""),
    "voided in part": (
        "#1 A~B 30; void #1 29",
        "created; pending_transfer_has_different_amount",
        "A 100/30",
    ),
    "more is voided": (
        "#1 A~B 30; void #1 31",
        "created; exceeds_pending_transfer_amount",
        "A 100/30",
    ),
    "posted twice": (
        "#1 A~B 30; post #1 10; post #1 10",
        "created; created; pending_transfer_already_posted",
        "A 90, B 10",
    ),
    "posted twice in one batch": (
        "#1 A~B 30; post #1, post #1",
        "created; created, pending_transfer_already_posted",
        "A 70, B 30",
    ),
    "voided twice": (
        "#1 A~B 30; void #1; void #1",
        "created; created; pending_transfer_already_voided",
        "",
    ),
    "posted after it was voided": (
        "#1 A~B 30; void #1; post #1",
        "created; created; pending_transfer_already_voided",
        "",
    ),
    "voided after it was posted": (
        "#1 A~B 30; post #1; void #1",
        "created; created; pending_transfer_already_posted",
        "A 70, B 30",
    ),
    "expires after it was posted": (
        "#1 A~B 30; post #1; expire #1",
        "created; created; pending_transfer_already_posted",
        "A 70, B 30",
    ),
    "expires after it was voided": (
        "#1 A~B 30 60s; void #1; expire #1",
        "created; created; pending_transfer_already_voided",
        "",
    ),
    "what it brings can be spent": (
        "#1 A~B 30; post #1, B>D 30",
        "created; created, created",
        "A 70, D 130",
    ),
    "what it frees can be spent": (
        "#1 A~B 100; void #1, A>D 100",
        "created; created, created",
        "A 0, D 200",
    ),
    "between two that may go below zero": (
        "#1 T~S 30, #2 T~S 5; post #1 7, void #2; void #1",
        "created, created; created, created; pending_transfer_already_posted",
        "",
    ),
    "into a wallet": ("#1 S~A 30; post #1", "created; created", "A 130"),
    "into a wallet, not after all": ("#1 S~A 30; void #1", "created; created", ""),
    "between two that shrink by it": (
        "#1 A~L 30; post #1 20",
        "created; created",
        "A 80, L 80",
    ),
    "between two that are free again": ("#1 A~L 30; void #1", "created; created", ""),
    "to a wallet that was closed": (
        "#1 A~B 30; close B; post #1; void #1",
        "created; credit_account_closed; created",
        "",
    ),
    "from a wallet that was closed": (
        "#1 A~B 30; close A; post #1; void #1",
        "created; debit_account_closed; created",
        "",
    ),
    "into a full wallet": (
        "S>B max; #1 A~B 1; post #1; B>T 1; post #1",
        "created; created; balance_would_overflow; created; created",
        "A 99, B max",
    ),
    "out of one that is full of debits": (
        "L>T 9223372036854775707; #1 L~T 1; post #1; void #1",
        "created; created; balance_would_overflow; created",
        "L max",
    ),
    "of another debit account": (
        "#1 A~B 30; post #1 D>B",
        "created; pending_transfer_has_different_debit_account",
        "A 100/30",
    ),
    "of another credit account": (
        "#1 A~B 30; void #1 A>D",
        "created; pending_transfer_has_different_credit_account",
        "A 100/30",
    ),
    "of another currency": (
        "#1 A~B 30; post #1 10 A>B USD",
        "created; pending_transfer_has_different_currency",
        "A 100/30",
    ),
    "of what it is of": ("#1 A~B 30; post #1 10 A>B EUR", "created; created", "A 90, B 10"),
    "of nothing": ("post #9", "pending_transfer_not_found", ""),
    "void of nothing": ("void #9", "pending_transfer_not_found", ""),
    "expiry of nothing": ("expire #9", "pending_transfer_not_found", ""),
    "of what comes later": (
        "post #1, #1 A~B 30",
        "pending_transfer_not_found, created",
        "A 100/30",
    ),
    "of what was refused": (
        "#1 A~B 101, post #1",
        "insufficient_funds, pending_transfer_not_found",
        "",
    ),
    "of a payment": ("#1 A>B 1; void #1", "created; pending_transfer_not_pending", "A 99, B 1"),
    "of an end": (
        "#1 A~B 1; #2 post #1; void #2",
        "created; created; pending_transfer_not_pending",
        "A 99, B 1",
    ),
    "of itself": ("#1 post #1", "pending_id_must_be_different", ""),
    "under the id of what it ends": (
        "#1 A~B 1; #1 post #1",
        "created; exists_with_different_phase",
        "A 100/1",
    ),
    "in a chain": ("#1 A~B 30 & post #1 & B>D 30", "created, created, created", "A 70, D 130"),
    "in a chain that fails it is open again": (
        "#1 A~B 30; post #1 & A>B 71; void #1 & A>B 100",
        "created; linked_transfer_failed, insufficient_funds; created, created",
        "A 0, B 100",
    ),
    "in a chain that fails because of it": (
        "#1 A~B 30; A>B 1 & post #1 31; #1 A~B 30 & post #1 29",
        "created; linked_transfer_failed, exceeds_pending_transfer_amount; exists, created",
        "A 71, B 29",
    ),
}


@pytest.fixture
def books(db):
    books = Books()
    books.open_limited_receivable()
    books.fill(OPENING)
    return books


@in_both_ways(HOLDING)
def test_a_hold_moves_nothing_and_counts_at_once(books, moves, results, changed, way):
    assert books.post(moves, way=way) == results
    assert books.tell() == change(OPENING, changed)
    books.prove()


@in_both_ways(ENDING)
def test_a_hold_ends_once(books, moves, results, changed, way):
    assert books.post(moves, way=way) == results
    assert books.tell() == change(OPENING, changed)
    books.prove()


def test_an_end_inherits_what_it_does_not_say(books):
    books.post("#1 A~B 30 60s EUR gift for-ana, #2 A~B 5 EUR gift for-li")

    books.post("#3 post #1 10, #4 void #2 kept x-1")

    posted, voided = (Transfer.objects.get(pk=books.ids[each]) for each in (3, 4))
    assert str(posted) == "gift 10 EUR for-ana"
    assert (posted.phase, posted.pending_id, posted.expires_at) == (
        "post",
        books.ids[1],
        None,
    )
    assert str(voided) == "kept 5 EUR x-1"
    assert (voided.phase, voided.pending_id) == ("void", books.ids[2])
