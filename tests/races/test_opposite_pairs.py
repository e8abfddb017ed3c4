"""Money back and forth between the same few accounts: everybody waits, and nobody deadlocks.

But for the tests that say otherwise, batches are posted bare: a deadlock would be raised.
"""

import contextlib
import logging
import random
import uuid
from collections import Counter
from dataclasses import replace
from functools import partial
from threading import Event

import pytest
from django.db import OperationalError, connection

from ledger.accounts import get_or_open_house_account, open_account
from ledger.chart import AccountKind
from ledger.models import Account, Hold, Transfer
from ledger.posting import post_together, post_transfers
from ledger.queries import read_available, read_balance, sum_balance
from ledger.transactions import in_one_transaction, read_sqlstate
from ledger.transfers import AnyTransfer, NewPending, NewTransfer, PendingPost, PendingVoid
from tests.faults.shop import wait_for
from tests.ledger.moves import let_holds_end

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]

THREADS, BATCHES, LEGS, OPENING_MINOR = 16, 100, 4, 1_000
HOLDS = 160
ENDED = {
    "pending_transfer_not_found",
    "pending_transfer_already_posted",
    "pending_transfer_already_voided",
}
POST_ONE = "SELECT result FROM ledger_post_transfer(%s, %s, %s, %s, %s, %s, %s)"
WAITING_FOR_ME = """
    SELECT count(DISTINCT pid) FROM pg_locks
     WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))
"""


def open_wallets(count):
    bank = get_or_open_house_account(AccountKind.SAFEGUARD, currency="EUR")
    wallets = [open_account(AccountKind.WALLET, currency="EUR") for _ in range(count)]
    post_together([transfer(bank, wallet, OPENING_MINOR) for wallet in wallets])
    return wallets


def transfer(debit, credit, amount_minor):
    return NewTransfer(
        id=uuid.uuid4(),
        debit_account_id=debit,
        credit_account_id=credit,
        amount_minor=amount_minor,
        currency="EUR",
        kind="test",
        reference="test",
    )


def hold(debit, credit, amount_minor, *, timeout_s=None):
    plain = transfer(debit, credit, amount_minor)
    facts = {name: getattr(plain, name) for name in NewTransfer.__slots__}
    return NewPending(**facts, timeout_s=timeout_s)


def end(pending_id):
    """End a hold one way or the other, the same way for the same hold."""
    return (PendingPost, PendingVoid)[pending_id.int % 2](uuid.uuid4(), pending_id)


def link(transfers):
    *first, last = transfers
    return [*(replace(each, linked=True) for each in first), last]


def draw_transfer(chance, wallets):
    debit, credit = chance.sample(wallets, 2)
    return transfer(debit, credit, chance.randrange(1, 700))


def post_many(batches):
    """Post batch after batch; a deadlock or a time-out would end it."""
    return Counter(result for batch in batches for result in post_transfers(batch))


def let_loose(crowd, plans):
    """Post every plan at the same time; return how often each result came."""
    counts = crowd.act([partial(post_many, plan) for plan in plans])
    return sum(counts, Counter[str]())


def check(wallets, results):
    """Hold the balances against each other, and the transfers against the answers."""
    assert set(results) == {"created", "insufficient_funds"}
    assert results.total() == THREADS * BATCHES * LEGS
    check_balances(wallets, results["created"])


def check_balances(wallets, count):
    """Hold the balances against each other, and against as many transfers between them."""
    balances = [read_balance(wallet) for wallet in wallets]
    assert sum(balances) == len(wallets) * OPENING_MINOR
    assert min(balances) >= 0
    assert balances == [sum_balance(wallet) for wallet in wallets]
    between = Transfer.objects.filter(debit_account__in=wallets, credit_account__in=wallets)
    assert between.count() == count


def test_a_hot_pair_paying_each_other_never_deadlocks(crowd):
    one, other = open_wallets(2)
    chance = random.Random(16)  # noqa: S311  every run is the same
    plans = [
        [
            [transfer(debit, credit, chance.randrange(1, 700)) for _ in range(LEGS)]
            for _ in range(BATCHES)
        ]
        for debit, credit in [(one, other), (other, one)] * (THREADS // 2)
    ]

    results = let_loose(crowd, plans)

    check([one, other], results)


def test_batches_that_name_accounts_in_any_order_never_deadlock(crowd):
    wallets = open_wallets(6)
    chance = random.Random(17)  # noqa: S311  every run is the same
    plans = [
        [[draw_transfer(chance, wallets) for _ in range(LEGS)] for _ in range(BATCHES)]
        for _ in range(THREADS)
    ]

    results = let_loose(crowd, plans)

    check(wallets, results)


def read_held(wallets):
    return sum(Account.objects.filter(pk__in=wallets).values_list("held_minor", flat=True))


def test_linked_chains_around_a_circle_in_both_directions_never_deadlock(crowd):
    wallets = open_wallets(5)
    forth = list(zip(wallets, [*wallets[1:], wallets[0]], strict=True))
    back = [(credit, debit) for debit, credit in forth]
    chance = random.Random(18)  # noqa: S311  every run is the same
    plans = [
        [
            link([transfer(one, other, chance.randrange(1, 300)) for one, other in circle])
            for _ in range(BATCHES // 4)
        ]
        for circle in (forth, back) * (THREADS // 2)
    ]

    results = let_loose(crowd, plans)

    assert set(results) == {"created", "insufficient_funds", "linked_transfer_failed"}
    # Whole or not at all: one of a refused chain says why, and the others that it failed.
    refused = results["insufficient_funds"]
    assert results["created"] == THREADS * BATCHES // 4 * 5 - 5 * refused
    assert results["linked_transfer_failed"] == 4 * refused
    check_balances(wallets, results["created"])


def test_holds_ended_by_everybody_in_any_order_never_deadlock_and_end_once(crowd):
    wallets = open_wallets(6)
    chance = random.Random(19)  # noqa: S311  every run is the same
    pairs = [chance.sample(wallets, 2) for _ in range(HOLDS)]
    holds = [hold(debit, credit, 1) for debit, credit in pairs]
    assert set(post_transfers(holds)) == {"created"}
    plans = []
    for _ in range(THREADS):
        ends = [end(each.id) for each in chance.sample(holds, HOLDS)]
        plans.append([ends[n : n + LEGS] for n in range(0, HOLDS, LEGS)])

    results = let_loose(crowd, plans)

    posted = sum(each.id.int % 2 == 0 for each in holds)
    assert results == {
        "created": HOLDS,
        "pending_transfer_already_posted": (THREADS - 1) * posted,
        "pending_transfer_already_voided": (THREADS - 1) * (HOLDS - posted),
    }
    assert read_held(wallets) == 0
    assert not Hold.objects.filter(debit_account__in=wallets).exists()
    assert Transfer.objects.filter(pending_id__in=[each.id for each in holds]).count() == HOLDS
    check_balances(wallets, HOLDS + HOLDS)


def test_payments_that_free_overdue_holds_both_ways_never_deadlock(crowd):
    one, other = wallets = open_wallets(2)
    holds = [
        hold(debit, credit, 10, timeout_s=1)
        for debit, credit in [(one, other), (other, one)] * 100
    ]
    assert set(post_transfers(holds)) == {"created"}
    let_holds_end([each.id for each in holds])
    plans = [
        [[transfer(debit, credit, 700)] for _ in range(LEGS)]
        for debit, credit in [(one, other), (other, one)] * (THREADS // 2)
    ]

    results = let_loose(crowd, plans)

    assert set(results) <= {"created", "insufficient_funds"}
    assert results["created"] >= 1
    assert sum(read_available(wallet) for wallet in wallets) == 2 * OPENING_MINOR
    assert [read_balance(wallet) for wallet in wallets] == [sum_balance(w) for w in wallets]


def test_an_end_that_meets_its_pending_transfer_on_the_way_comes_after_it_or_not_at_all(crowd):
    wallets = open_wallets(2)
    bank = get_or_open_house_account(AccountKind.SAFEGUARD, currency="EUR")
    takings = open_account(AccountKind.TAKINGS, currency="EUR")
    post = in_one_transaction(post_transfers)

    for number in range(40):
        debit, credit = wallets[:: (1, -1)[number % 2]]
        pending = hold(debit, credit, 10)
        # A batch locks what it knows of, and comes to the end of the hold a little later.
        before = [hold(bank, takings, 1) for _ in range(number)]
        ends: list[AnyTransfer] = [
            PendingVoid(uuid.uuid4(), pending.id),
            PendingPost(uuid.uuid4(), pending.id),
        ]
        back_and_forth = [transfer(credit, debit, 1), transfer(debit, credit, 1)]
        begun, moved, *ended = crowd.act(
            [
                partial(post, [pending]),
                partial(post, back_and_forth),
                *(partial(post, [*before, each]) for each in ends),
            ]
        )
        outcomes = Counter(results[-1] for results in ended)
        assert (begun, moved) == (["created"], ["created", "created"])
        assert outcomes["created"] <= 1
        assert set(outcomes) <= {"created", *ENDED}
        assert read_held(wallets) == (0 if outcomes["created"] else 10)
        post([PendingVoid(uuid.uuid4(), pending.id)])

    assert sum(read_balance(wallet) for wallet in wallets) == 2 * OPENING_MINOR
    assert [read_balance(wallet) for wallet in wallets] == [sum_balance(w) for w in wallets]


def ask(session, question, *parameters):
    with session.cursor() as cursor:
        cursor.execute(question, parameters)
        (answer,) = cursor.fetchone()
    return answer


def post_both_ways(crowd, verb, *, refusals=()):
    """Post the same three twice at once, one backwards, so that they meet in the middle.

    No account is locked for them: none is a wallet. Return the answers and what was moved.
    """
    bank = get_or_open_house_account(AccountKind.SAFEGUARD, currency="EUR")
    takings = open_account(AccountKind.TAKINGS, currency="EUR")
    chain = [transfer(bank, takings, 1) for _ in range(3)]
    is_held = Event()

    def hold_middle():
        with contextlib.closing(connection.copy()) as session:
            session.set_autocommit(False)
            ask(session, POST_ONE, *chain[1].as_row())
            is_held.set()
            wait_for(lambda: ask(session, WAITING_FOR_ME) == 2, within_s=5)
            session.rollback()

    def post_when_held(batch):
        assert is_held.wait(timeout=5)
        return verb(batch)

    ways = [partial(post_when_held, link(each)) for each in (chain, chain[::-1])]
    *answers, _ = crowd.act([*ways, hold_middle], refusals=refusals)
    return answers, sum_balance(takings)


def test_the_same_new_ids_in_opposite_orders_clash_and_the_outermost_verb_asks_again(
    crowd, caplog
):
    with caplog.at_level(logging.INFO, "ledger.transactions"):
        answers, moved_minor = post_both_ways(crowd, in_one_transaction(post_transfers))

    assert set(caplog.messages) == {"post_transfers clashed and is tried again."}
    assert sorted(answers) == [["created"] * 3, ["exists"] * 3]
    assert moved_minor == 3


def test_without_the_outermost_verb_one_of_them_would_be_told(crowd):
    answers, moved_minor = post_both_ways(crowd, post_transfers, refusals=(OperationalError,))

    (clash,) = [answer for answer in answers if isinstance(answer, OperationalError)]
    assert read_sqlstate(clash) == "40P01"
    assert ["created"] * 3 in answers
    assert moved_minor == 3
