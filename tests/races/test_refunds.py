"""Refunds of one sale at once: together never more than was captured."""

from collections import Counter
from functools import partial

import pytest
from django.db.models import Sum

from ledger.queries import read_balance
from pos.errors import RefundExceedsCaptured, RefundNotPossible
from pos.models import Refund
from tests import factories

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]


def test_of_twenty_part_refunds_as_many_are_made_as_fit(crowd):
    shop, customer = factories.open_shop(), factories.open_customer()

    for _ in range(5):
        charge = factories.sell(shop, customer, amount_minor=480)
        answers = crowd.act(
            [
                partial(factories.refund, shop, charge, key=f"part {part}", amount_minor=110)
                for part in range(20)
            ],
            refusals=(RefundExceedsCaptured,),
        )

        # Four times 1.10 fit into 4.80, a fifth does not.
        assert Counter(map(type, answers)) == {Refund: 4, RefundExceedsCaptured: 16}
        charge.refresh_from_db()
        assert (charge.refunded_minor, charge.refunds_count) == (440, 4)
        assert charge.refunds.aggregate(sum=Sum("amount_minor")) == {"sum": 440}

    assert read_balance(customer.wallet.account_id) == 10_000 - 5 * (480 - 440)


def test_of_twenty_whole_refunds_one_is_made(crowd):
    shop, customer = factories.open_shop(), factories.open_customer()

    for _ in range(5):
        charge = factories.sell(shop, customer)
        answers = crowd.act(
            [
                partial(factories.refund, shop, charge, key=f"whole {part}")
                for part in range(20)
            ],
            refusals=(RefundExceedsCaptured,),
        )

        assert Counter(map(type, answers)) == {Refund: 1, RefundExceedsCaptured: 19}

    assert read_balance(customer.wallet.account_id) == 10_000


def test_refunds_never_pass_their_greatest_number(crowd, settings):
    settings.REFUND_COUNT_MAX = 3
    shop, customer = factories.open_shop(), factories.open_customer()
    charge = factories.sell(shop, customer)

    answers = crowd.act(
        [
            partial(factories.refund, shop, charge, key=f"part {part}", amount_minor=10)
            for part in range(20)
        ],
        refusals=(RefundNotPossible,),
    )

    assert Counter(map(type, answers)) == {Refund: 3, RefundNotPossible: 17}
    assert read_balance(customer.wallet.account_id) == 10_000 - 480 + 30


def test_refunds_of_many_sales_of_one_shop_and_one_payer_do_not_block_each_other(crowd):
    shop, customer = factories.open_shop(), factories.open_customer()
    charges = [factories.sell(shop, customer, amount_minor=100) for _ in range(20)]

    answers = crowd.act(
        [partial(factories.refund, shop, charge, key="whole") for charge in charges]
    )

    assert [answer.amount_minor for answer in answers] == [100] * 20
    assert read_balance(customer.wallet.account_id) == 10_000
