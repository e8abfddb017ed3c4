"""Money back and forth between the same few accounts: everybody waits, and nobody deadlocks."""

import random
import uuid
from collections import Counter
from functools import partial

import pytest

from ledger.accounts import find_house_account, open_account
from ledger.chart import AccountKind
from ledger.models import Transfer
from ledger.posting import post_together, post_transfers
from ledger.queries import read_balance, sum_balance
from ledger.transfers import NewTransfer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(40, func_only=True)]

THREADS, BATCHES, LEGS, OPENING_MINOR = 16, 100, 4, 1_000


def open_wallets(count):
    bank = find_house_account(AccountKind.SAFEGUARD, currency="EUR")
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


def draw_transfer(chance, wallets):
    debit, credit = chance.sample(wallets, 2)
    return transfer(debit, credit, chance.randrange(1, 700))


def post_many(batches):
    """Post batch after batch; a deadlock or a time-out would end it."""
    return Counter(result for batch in batches for result in post_transfers(batch))


def let_loose(crowd, plans):
    """Let every plan be posted at the same time; give how often there was which result."""
    counts = crowd.act([partial(post_many, plan) for plan in plans])
    return sum(counts, Counter[str]())


def check(wallets, results):
    """Hold the balances against each other, and the transfers against the answers."""
    assert set(results) == {"created", "insufficient_funds"}
    assert results.total() == THREADS * BATCHES * LEGS
    balances = [read_balance(wallet) for wallet in wallets]
    assert sum(balances) == len(wallets) * OPENING_MINOR
    assert min(balances) >= 0
    assert balances == [sum_balance(wallet) for wallet in wallets]
    between = Transfer.objects.filter(debit_account__in=wallets, credit_account__in=wallets)
    assert between.count() == results["created"]


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
