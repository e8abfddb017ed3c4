"""A cashier takes cash while a phone claims and pays: exactly one of them is paid."""

import pytest

from ledger.models import Transfer
from merchants.models import Store
from pos.cash import cash_charge
from pos.errors import ChargeClaimedByAnother, ChargeNotCashable, ChargeNotPayable
from pos.models import Charge
from tests import factories
from tests.races.crowd import stagger

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]
ROUNDS = 30
REFUSALS = (ChargeNotCashable, ChargeNotPayable, ChargeClaimedByAnother)


def test_cash_and_a_wallet_never_both_pay(crowd, without_pin):
    shop, customer = factories.open_shop(), factories.open_customer(balance_minor=1_000_000)
    Store.objects.filter(pk=shop.store.pk).update(takes_cash=True)
    shop.store.takes_cash = True
    shop.terminal.store = shop.store
    ends = []
    for number in range(ROUNDS):
        charge = factories.make_charge(shop)

        def pay(charge=charge):
            return factories.confirm(customer, factories.claim(customer, charge)).charge

        def cash(charge=charge):
            return cash_charge(charge.id, principal=shop.till, given_minor=500)

        answers = crowd.act(stagger([pay, cash, cash], round_number=number), refusals=REFUSALS)

        end = Charge.objects.get(pk=charge.pk).status
        paid, *cashed = [not isinstance(each, Exception) for each in answers]
        assert (end, paid, any(cashed)) in {
            ("captured", True, False),
            ("cashed", False, True),
        }
        assert Transfer.objects.filter(pk=charge.pk).exists() == paid
        assert not any(cashed) or all(cashed)
        ends.append(end)
    assert set(ends) == {"captured", "cashed"}
