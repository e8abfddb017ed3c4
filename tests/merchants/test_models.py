"""How merchants' things name themselves."""

import pytest

from merchants.models import ApiKey, SettlementLine
from tests import factories


@pytest.mark.django_db
def test_things_name_themselves(shop, customer):
    person = factories.hire_person(shop)
    factories.sell(shop, customer)
    settlement = factories.settle(shop)
    balance = factories.balance_of(shop)

    assert str(balance) == f"{shop.merchant.name} EUR"
    assert str(settlement) == f"{balance} 1"
    assert str(SettlementLine.objects.get()) == "sale 480"
    assert (str(shop.merchant), str(shop.store)) == (shop.merchant.name, shop.store.name)
    assert str(person) == "Nora Byrne (cashier)"
    assert str(ApiKey.objects.get()) == "t"
    assert shop.merchant.public_id.startswith("mr_")
