"""Bank accounts of a shop at once with what they decide about."""

from functools import partial

import pytest

from banking.models import Order
from identity.models import User
from merchants.errors import AccountDecided
from merchants.models import PayoutAccount
from merchants.payout_accounts import confirm_account, find_change, withdraw_account
from merchants.queries import find_payout_account
from tests import factories
from tests.races.crowd import Job, stagger

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]

ROUNDS = 8


def test_of_two_confirmations_and_a_withdrawal_one_wins(crowd):
    shop = factories.open_shop()
    factories.name_bank_account(shop.merchant)
    people = [User.objects.create(name=f"Second person {number}") for number in range(2)]
    for number in range(ROUNDS):
        change = factories.name_bank_account(shop.merchant)
        twins = [PayoutAccount.objects.get(pk=change.pk) for _ in range(3)]

        jobs: list[Job] = [
            partial(confirm_account, twins[0], by=people[0]),
            partial(confirm_account, twins[1], by=people[1]),
            partial(withdraw_account, twins[2], by=change.asked_by),
        ]
        answers = crowd.act(stagger(jobs, round_number=number), refusals=(AccountDecided,))

        change.refresh_from_db()
        assert sorted(isinstance(answer, AccountDecided) for answer in answers) == [
            False,
            True,
            True,
        ]
        is_withdrawn = change.withdrawn_at is not None
        assert (change.confirmed_by is None) is is_withdrawn
        assert (find_payout_account(shop.merchant.id) == change) is not is_withdrawn


def test_of_first_accounts_at_once_one_counts_and_one_waits(crowd):
    for _ in range(ROUNDS):
        shop = factories.open_shop()

        crowd.act([partial(factories.name_bank_account, shop.merchant)] * 2)

        assert find_payout_account(shop.merchant.id) is not None
        assert find_change(shop.merchant.id) is not None


def test_settlement_that_closes_while_the_first_account_is_named_is_ordered(crowd):
    for number in range(ROUNDS):
        shop, customer = factories.open_shop(), factories.open_customer()
        factories.sell(shop, customer, amount_minor=1000)

        jobs: list[Job] = [
            partial(factories.settle, shop),
            partial(factories.name_bank_account, shop.merchant),
        ]
        settlement, _ = crowd.act(stagger(jobs, round_number=number))

        assert Order.objects.filter(subject=settlement.pk).count() == 1
