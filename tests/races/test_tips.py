"""Tips in races: what is paid is what was seen, whoever chooses or cancels meanwhile."""

from functools import partial
from uuid import uuid4

import pytest

from ledger.models import Transfer
from merchants.models import Store
from pos.charges import cancel_charge
from pos.errors import ChargeNotCancelable, ChargeNotPayable
from pos.tips import tip_charge
from tests import factories
from wallet.errors import AmountChanged
from wallet.models import Payment
from wallet.payments import confirm_charge

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]

ROUNDS = 12


@pytest.fixture
def shop():
    shop = factories.open_shop()
    Store.objects.filter(pk=shop.store.pk).update(asks_tips=True)
    return shop


def choose(customer, charge, tip_minor):
    tip_charge(charge, payer_account_id=customer.wallet.account_id, tip_minor=tip_minor)


def pay(customer, claim, seen_minor):
    return confirm_charge(
        customer.wallet,
        claim.id,
        pin=factories.PIN,
        seen_minor=seen_minor,
        idempotency_key=str(uuid4()),
        request_hash=b"test %d" % seen_minor,
    )


def test_what_is_paid_was_seen_while_two_phones_choose_and_the_till_cancels(crowd, shop):
    customer = factories.open_customer()

    for number in range(ROUNDS):
        charge = factories.make_charge(shop, amount_minor=100)
        claim = factories.claim(customer, charge)
        jobs = [
            partial(choose, customer, charge, 10),
            partial(pay, customer, claim, 110),
            partial(choose, customer, charge, 20),
            partial(pay, customer, claim, 120),
            partial(pay, customer, claim, 100),
        ]
        if number % 2:
            jobs.append(partial(cancel_charge, charge.id, principal=shop.till))
        crowd.act(jobs, refusals=(AmountChanged, ChargeNotPayable, ChargeNotCancelable))

        charge.refresh_from_db()
        transfers = list(Transfer.objects.filter(pk=charge.pk))
        assert charge.amount_minor == 100 + charge.tip_minor
        if charge.status == "captured":
            payment = Payment.objects.get(charge=charge)
            assert payment.amount_minor == charge.amount_minor
            assert [each.amount_minor for each in transfers] == [charge.amount_minor]
        else:
            assert charge.status in {"claimed", "canceled"}
            assert transfers == []
