"""Questions to the books."""

import uuid

import pytest

from ledger.posting import post_together
from ledger.queries import list_postings, read_balance, sum_balance
from ledger.transfers import NewTransfer

pytestmark = pytest.mark.django_db


def post(debit, credit, amount_minor):
    transfer = NewTransfer(uuid.uuid4(), debit, credit, amount_minor, "EUR", "test", "test")
    post_together([transfer])
    return transfer.id


def test_balances_grow_on_the_normal_side(bank, wallet, takings):
    post(bank, wallet, 100)
    post(wallet, takings, 30)

    assert read_balance(wallet) == 70
    assert sum_balance(wallet) == 70
    assert sum_balance(takings) == 30


def test_an_account_without_transfers_holds_nothing(wallet, takings):
    assert read_balance(wallet) == 0
    assert sum_balance(takings) == 0


def test_postings_are_told_by_kind_of_account(bank, wallet, takings):
    filled, spent = post(bank, wallet, 100), post(wallet, takings, 30)
    post(wallet, takings, 1)

    postings = list_postings([filled, spent, uuid.uuid4()])

    assert {(each.debit, each.credit, each.amount_minor) for each in postings} == {
        ("safeguard", "wallet", 100),
        ("wallet", "takings", 30),
    }
