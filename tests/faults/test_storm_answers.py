"""The storm's own checks find each way in which books and answers can disagree."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from ledger.transfers import NewPending, NewTransfer, PendingPost
from tests.faults.storm.answers import Row, find_lies
from tests.faults.storm.batches import Accounts, Batch
from tests.faults.storm.sums import Claim, Kept, find_wrong_sums
from tests.faults.storm.writers import Call

TOP_UP, PAY, HOLD, TAKE, LAST, NEW = (uuid.UUID(int=number) for number in range(1, 7))
BANK, SHOP, ANN, BEN = (uuid.UUID(int=number) for number in range(101, 105))
ACCOUNTS = Accounts(currency="EUR", bank=BANK, takings=SHOP, wallets=(ANN, BEN))
START = datetime(2026, 11, 22, tzinfo=UTC)
BATCH = Batch(
    (
        NewTransfer(TOP_UP, BANK, ANN, 100, "EUR", "test", "storm"),
        NewTransfer(PAY, ANN, SHOP, 30, "EUR", "test", "storm", linked=True),
        NewPending(HOLD, ANN, BEN, 20, "EUR", "test", "storm", timeout_s=60),
        PendingPost(TAKE, HOLD, amount_minor=15),
        NewTransfer(LAST, BANK, BEN, 1, "EUR", "test", "storm"),
    )
)
ROWS = [
    Row(TOP_UP, BANK, ANN, 100, "EUR", "test", "storm", "single", None, None, START),
    Row(PAY, ANN, SHOP, 30, "EUR", "test", "storm", "single", None, None, START),
    Row(HOLD, ANN, BEN, 20, "EUR", "test", "storm", "pending", None, 60, START),
    Row(TAKE, ANN, BEN, 15, "EUR", "test", "storm", "post", HOLD, None, START),
    Row(LAST, BANK, BEN, 1, "EUR", "test", "storm", "single", None, None, START),
]
ROWS = [
    row._replace(posted_at=START + timedelta(seconds=place)) for place, row in enumerate(ROWS)
]
LOST, MADE, FOUND = (), ("created",) * 5, ("exists",) * 5
REFUSED = ("created", *["linked_transfer_failed"] * 2, "pending_transfer_not_found", "created")
KEPT = Kept(
    wallets={ANN: (55, 0), BEN: (16, 0)},
    holds={},
    claims=[
        Claim(START + timedelta(seconds=2), ANN, "balance", 70),
        Claim(START + timedelta(seconds=3), ANN, "debited", 45),
        Claim(START + timedelta(seconds=9), BANK, "balance", 101),
    ],
)


def call(*answers):
    """Return one call of the batch after the other."""
    return [Call(BATCH, 2 * n, 2 * n + 1, results) for n, results in enumerate(answers)]


def without(*ids):
    return [row for row in ROWS if row.id not in ids]


def change(transfer_id, **facts):
    return [row._replace(**facts) if row.id == transfer_id else row for row in ROWS]


@pytest.mark.parametrize(
    ("calls", "rows"),
    [
        (call(MADE), ROWS),
        (call(MADE, FOUND), ROWS),
        (call(LOST, FOUND), ROWS),
        (call(LOST, MADE), ROWS),
        (call(LOST, LOST, FOUND, LOST), ROWS),
        (call(REFUSED), without(PAY, HOLD, TAKE)),
        (call(MADE), [*ROWS, ROWS[3]._replace(id=NEW, phase="expire")]),
    ],
)
def test_true_answers_are_believed(calls, rows):
    assert list(find_lies(calls, rows)) == []


@pytest.mark.parametrize(
    ("calls", "rows", "lie"),
    [
        (call(MADE), without(LAST), f"{LAST} was acknowledged and is not there"),
        (call(LOST, FOUND), without(TOP_UP), f"{TOP_UP} was acknowledged and is not there"),
        (call(MADE), change(PAY, amount_minor=31), f"{PAY} is not as it was asked for"),
        (call(MADE), change(PAY, credit=BEN), f"{PAY} is not as it was asked for"),
        (call(MADE), change(HOLD, timeout_s=None), f"{HOLD} is not as it was asked for"),
        (call(MADE), change(TAKE, amount_minor=20), f"{TAKE} is not as it was asked for"),
        (call(MADE), change(TAKE, reference="other"), f"{TAKE} is not as it was asked for"),
        (
            call(MADE),
            [*ROWS, ROWS[0]._replace(id=NEW)],
            f"{NEW} is there and nobody asked for it",
        ),
        (call(MADE), without(PAY), f"the chain of {PAY} is half there"),
        (call(REFUSED), ROWS, f"{PAY} is there and was never acknowledged"),
        (call(LOST), ROWS, f"{TOP_UP} was never answered"),
        (call(LOST), [], f"{TOP_UP} was never answered"),
        (call(LOST, MADE, MADE), ROWS, f"{TOP_UP} was created 2 times"),
        (call(FOUND), ROWS, f"{TOP_UP} exists and no call can have created it"),
        (
            call(MADE, REFUSED),
            ROWS,
            f"{PAY} was there and later was told linked_transfer_failed",
        ),
        (
            call(LOST, ("exists", *MADE[1:])),
            ROWS,
            f"the call with {TOP_UP} found half of it: exists, created",
        ),
        (
            call(("created", "currency_mismatch", *MADE[2:])),
            ROWS,
            f"the call with {TOP_UP} was told currency_mismatch",
        ),
        (call(MADE[1:]), ROWS, f"the call with {TOP_UP} has 4 results"),
        ([Call(BATCH, 0)], [], f"the call with {TOP_UP} never ended"),
    ],
)
def test_a_lie_is_named(calls, rows, lie):
    assert lie in list(find_lies(calls, rows))


def test_an_acknowledged_transfer_that_was_invented_is_the_one_lie():
    invented = Batch((NewTransfer(NEW, BANK, ANN, 1, "EUR", "test", "storm"),))

    lies = list(find_lies([*call(MADE), Call(invented, 8, 9, ["created"])], ROWS))

    assert lies == [f"{NEW} was acknowledged and is not there"]


def test_true_sums_are_believed():
    assert list(find_wrong_sums(ACCOUNTS, ROWS, KEPT)) == []


@pytest.mark.parametrize(
    ("rows", "kept", "wrong"),
    [
        (ROWS, KEPT._replace(wallets={ANN: (54, 0)}), f"{ANN} keeps a balance of 54"),
        (ROWS, KEPT._replace(wallets={ANN: (55, 5)}), f"{ANN} keeps 5 on hold"),
        (ROWS, KEPT._replace(holds={HOLD: 20}), f"{HOLD} is on hold with 20"),
        (without(TAKE), KEPT._replace(holds={HOLD: 15}), f"{HOLD} is on hold with 15"),
        (without(TAKE), KEPT, f"{HOLD} is on hold with None"),
        (without(PAY), KEPT, f"{ANN} balance 70 until 2026-11-22 00:00:02+00:00: it is 100"),
        (
            change(PAY, posted_at=START + timedelta(seconds=2, microseconds=1))[:3],
            KEPT._replace(claims=KEPT.claims[:1]),
            f"{ANN} balance 70 until 2026-11-22 00:00:02+00:00: it is 100",
        ),
        (
            change(TAKE, amount_minor=14),
            KEPT,
            f"{ANN} debited 45 until 2026-11-22 00:00:03+00:00: it is 44",
        ),
        (change(TOP_UP, amount_minor=49), KEPT, f"{ANN} was 1 short after {HOLD}"),
        (change(LAST, amount_minor=2), KEPT, f"{BEN} keeps a balance of 16"),
    ],
)
def test_a_wrong_sum_is_named(rows, kept, wrong):
    assert wrong in list(
        find_wrong_sums(ACCOUNTS, sorted(rows, key=lambda row: row.posted_at), kept)
    )
