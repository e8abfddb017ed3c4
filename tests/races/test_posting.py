"""Posting at the same time: what took effect took effect once, and nobody waits for ever."""

import uuid
from collections import Counter
from functools import partial

import pytest

from ledger.holds import expire_overdue_holds
from ledger.models import Transfer
from ledger.posting import post_transfers
from ledger.transfers import PendingExpiry, PendingPost, PendingVoid
from tests.ledger.moves import WAYS, Books, let_holds_end

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]
THREADS, ROUNDS = 16, 5
# What is posted by all at the same time, and the balances after so many rounds of it.
PLAIN = {
    "between wallets": ("A>B 1, A>D 2", "A 85, B 5, D 10"),
    "to and fro": ("A>B 2, B>A 1", "A 95, B 5"),
    "where no balance is kept": ("T>S 1, S>T 2, T>S 4", "A 100"),
    "into a wallet": ("S>A 1, T>A 2, S>B 4", "A 115, B 20"),
}
# The same, once.
ANY = {
    "holds": ("A~B 1, T~S 2, A~S 4 60s", "A 100/5"),
    "a chain": ("A>B 7 & B>T 5 & T>S 2", "A 93, B 2"),
    "a chain where no balance is kept": ("T>S 7 & S>T 5", "A 100"),
}


@pytest.fixture
def books(crowd):
    books = Books()
    books.fill("A 100")
    return books


def post_at_once(crowd, books, batches, *, way=post_transfers):
    """Post every batch at the same moment; return the results of each."""
    answers = crowd.act([partial(way, batch) for batch in batches])
    for batch, results in zip(batches, answers, strict=True):
        pairs = zip(batch, results, strict=True)
        books.created |= {each.id for each, result in pairs if result == "created"}
    return answers


def make_holds(books, *moves):
    """Make holds, one a batch; return their ids."""
    made = []
    for batch in map(books.read, moves):
        assert post_transfers(batch) == ["created"]
        books.created.add(batch[0].id)
        made.append(batch[0].id)
    return made


def read_ends(pending_id):
    return list(Transfer.objects.filter(pending_id=pending_id).values_list("phase", flat=True))


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize(("moves", "outcome"), PLAIN.values(), ids=PLAIN)
def test_of_sixteen_with_the_same_ids_each_is_created_once(crowd, books, moves, outcome, way):
    for _ in range(ROUNDS):
        batch = books.read(moves)

        answers = post_at_once(crowd, books, [batch] * THREADS, way=way)

        for results in zip(*answers, strict=True):
            assert Counter(results) == {"created": 1, "exists": THREADS - 1}
    assert books.tell() == outcome
    books.prove()


@pytest.mark.parametrize(("moves", "outcome"), ANY.values(), ids=ANY)
def test_of_sixteen_with_the_same_holds_or_chain_one_creates_it(crowd, books, moves, outcome):
    batch = books.read(moves)

    answers = post_at_once(crowd, books, [batch] * THREADS)

    assert sorted(answers) == sorted(
        [["created"] * len(batch), *[["exists"] * len(batch)] * (THREADS - 1)]
    )
    assert books.tell() == outcome
    books.prove()


@pytest.mark.parametrize(("debit", "credit"), ["AB", "TS", "AT", "SA"])
def test_the_same_ids_in_opposite_orders_never_deadlock(crowd, books, debit, credit):
    for _ in range(ROUNDS):
        batch = books.read(", ".join([f"{debit}>{credit} 1"] * 20))
        batches = [batch, batch[::-1]] * (THREADS // 2)

        answers = post_at_once(crowd, books, batches)

        turned = [results[::step] for results, step in zip(answers, [1, -1] * 8, strict=True)]
        for results in zip(*turned, strict=True):
            assert Counter(results) == {"created": 1, "exists": THREADS - 1}
    books.prove()


def test_a_wallet_is_spent_as_far_as_it_goes(crowd, books):
    batches = [books.read("A>T 15") for _ in range(THREADS)]

    answers = post_at_once(crowd, books, batches)

    counted = Counter(result for (result,) in answers)
    assert counted == {"created": 6, "insufficient_funds": THREADS - 6}
    assert books.tell() == "A 10"
    books.prove()


def test_payments_and_holds_share_what_is_there(crowd, books):
    moves = ["A>T 15", "A~T 15", "A~B 15 60s", "A>B 15 & B>T 15"] * (THREADS // 4)

    answers = post_at_once(crowd, books, [books.read(move) for move in moves])

    assert sum(results[-1] == "created" for results in answers) == 6
    pairs = zip(answers, moves, strict=True)
    held = sum(results == ["created"] and "~" in move for results, move in pairs)
    paid = 6 - held
    assert books.tell() == f"A {100 - 15 * paid}" + (f"/{15 * held}" if held else "")
    books.prove()


def test_batches_and_single_payments_of_one_wallet_spend_it_once(crowd, books):
    batches = [books.read(", ".join(["A>T 3"] * size)) for size in [1, 20] * (THREADS // 2)]

    answers = post_at_once(crowd, books, batches)

    counted = Counter(result for results in answers for result in results)
    assert counted == {"created": 33, "insufficient_funds": 21 * THREADS // 2 - 33}
    assert books.tell() == "A 1"
    books.prove()


def test_a_hold_that_all_want_to_end_ends_once(crowd, books):
    seen = Counter[str]()

    for number in range(12):
        (pending_id,) = make_holds(books, "A~B 10 60s")
        ends = [PendingPost, PendingVoid, PendingExpiry]
        if number % 3 == 2:
            let_holds_end([pending_id])
        batches = [[ends[each % 3](uuid.uuid4(), pending_id)] for each in range(THREADS)]

        answers = post_at_once(crowd, books, batches)

        (end,) = read_ends(pending_id)
        counted = Counter(result for (result,) in answers)
        assert counted["created"] == 1
        assert (end == "expire") == (number % 3 == 2)
        told = {"post": "already_posted", "void": "already_voided", "expire": "expired"}[end]
        assert set(counted) <= {
            "created",
            f"pending_transfer_{told}",
            "pending_transfer_not_expired",
        }
        seen[end] += 1
        books.prove()

    assert seen["post"] + seen["void"] == 8
    assert seen["expire"] == 4
    posted = f", B {10 * seen['post']}" if seen["post"] else ""
    assert books.tell() == f"A {100 - 10 * seen['post']}{posted}"


def test_money_that_is_free_again_is_spent_once(crowd):
    for _ in range(ROUNDS):
        books = Books()
        books.fill("A 100")
        pending_ids = make_holds(books, "A~B 40 60s", "A~D 60 60s")
        let_holds_end(pending_ids)
        payments = [
            books.read(move) for move in ["A>T 100", "A>B 100 & B>T 100", "A~T 100"] * 4
        ]

        jobs = [partial(post_transfers, batch) for batch in payments]
        *answers, _, _ = crowd.act([*jobs, expire_overdue_holds, expire_overdue_holds])

        (paid,) = [
            batch
            for batch, results in zip(payments, answers, strict=True)
            if results == ["created"] * len(batch)
        ]
        books.created |= {each.id for each in paid}
        assert books.tell() in {"", "A 100/100"}
        assert [read_ends(pending_id) for pending_id in pending_ids] == [["expire"]] * 2
        books.prove()


def test_holds_are_swept_once_by_many_sweeps(crowd, books):
    pending_ids = make_holds(books, *["A~B 1 60s", "T~S 1 60s"] * 20)
    let_holds_end(pending_ids)

    swept = crowd.act([expire_overdue_holds] * 8)

    assert sum(swept) == 40
    assert [read_ends(pending_id) for pending_id in pending_ids] == [["expire"]] * 40
    assert books.tell() == "A 100"
    books.prove()
