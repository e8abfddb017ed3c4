"""A hold and a release at the same moment: the payout is released, or it is held."""

from datetime import timedelta
from functools import partial

import pytest
import uuid6
from django.utils import timezone

from banking.errors import FileUnwritable
from banking.models import FileStatus, Order, PaymentFile
from banking.runs import make_run, release_run
from console.shops import list_unstoppable
from merchants.holds import NewHold, place_hold
from merchants.models import HoldRule
from tests import factories
from tests.banking import bank
from tests.races.crowd import stagger

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]
ROUNDS = 10


def test_a_hold_sees_every_payout_that_it_does_not_stop(crowd, without_pin):
    customer, operator = factories.open_customer(), bank.make_user()
    last_day = timezone.localdate() + timedelta(days=5)
    new = NewHold(rule=HoldRule.REFUNDS, last_day=last_day, reason="Why", appeal="How")
    for number in range(ROUNDS):
        shop = factories.open_shop()
        factories.name_bank_account(shop.merchant)
        factories.sell(shop, customer)
        factories.settle(shop)
        account = factories.balance_of(shop).payable_account_id
        order = Order.objects.get(source_account=account)
        run = make_run(bank.find_account(), by=None, execute_on=bank.PAY_ON)

        def hold(shop=shop):
            place_hold(shop.merchant, new, hold_id=uuid6.uuid7(), by=operator)
            return list_unstoppable(shop.merchant)

        jobs = stagger([partial(release_run, run, by=operator), hold], round_number=number)
        _, seen = crowd.act(jobs, refusals=(FileUnwritable,))

        order.refresh_from_db()
        run = PaymentFile.objects.get(pk=run.pk)
        is_released = run.status == FileStatus.RELEASED and order.file_id == run.pk
        assert seen == ([order] if is_released else [])
