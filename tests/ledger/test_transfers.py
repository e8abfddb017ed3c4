"""What can be posted, before it is."""

import uuid

import pytest

from ledger.errors import AmountOverflows
from ledger.posting import post_together, post_transfers
from ledger.transfers import NewPending, NewTransfer, PendingPost
from tests.ledger.moves import BIGINT_MAX, Books

pytestmark = pytest.mark.django_db


def make_transfer(debit, credit, minor):
    return NewTransfer(uuid.uuid4(), debit, credit, minor, "EUR", "test", "test")


def make_hold(debit, credit, minor):
    return NewPending(uuid.uuid4(), debit, credit, minor, "EUR", "test", "test")


def make_end(_debit, _credit, minor):
    return PendingPost(uuid.uuid4(), uuid.uuid4(), minor)


@pytest.fixture
def books(db):
    books = Books()
    books.fill("A 100")
    return books


@pytest.mark.parametrize("make", [make_transfer, make_hold, make_end])
@pytest.mark.parametrize("post", [post_transfers, post_together])
@pytest.mark.parametrize("amount_minor", [2**63, 2**64, -(2**63), -(2**70)])
def test_an_amount_that_no_balance_can_hold_stops_the_whole_batch(
    books, make, post, amount_minor
):
    good = books.read("A>B 1")
    bad = make(books.accounts["A"], books.accounts["B"], amount_minor)

    for batch in ([bad], [*good, bad], [bad, *good]):
        with pytest.raises(AmountOverflows, match=str(bad.id)):
            post(batch)

    assert books.tell() == "A 100"
    books.prove()


@pytest.mark.parametrize(
    ("make", "result"),
    [
        (make_transfer, "insufficient_funds"),
        (make_hold, "insufficient_funds"),
        (make_end, "pending_transfer_not_found"),
    ],
)
def test_the_greatest_amount_is_judged_like_any_other(books, make, result):
    transfer = make(books.accounts["A"], books.accounts["B"], BIGINT_MAX)

    assert post_transfers([transfer]) == [result]


@pytest.mark.parametrize("make", [make_transfer, make_hold])
def test_the_least_amount_is_judged_like_any_other(books, make):
    transfer = make(books.accounts["A"], books.accounts["B"], -BIGINT_MAX)

    assert post_transfers([transfer, transfer]) == ["amount_must_be_positive"] * 2
    assert post_transfers([transfer]) == ["amount_must_be_positive"]
