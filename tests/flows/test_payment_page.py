"""The page of a payment: what the shop gets of it, where that money is, and who did what."""

import pytest

from banking.models import Order
from banking.orders import book_order
from merchants.models import Role
from pos.models import Item
from tests import factories
from tests.banking import bank
from tests.flows.steps import open_dashboard

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(shop):
    return open_dashboard(factories.hire_person(shop, role=Role.OWNER))


def read(browser, charge):
    answer = browser.get(f"/dashboard/payments/{charge.public_id}/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_fee_net_and_vat_are_shown(shop, customer, owner):
    cake = Item(store=shop.store, name="Cake", price_minor=1190, vat_bps=1900)
    tea = Item(store=shop.store, name="Tea", price_minor=107, vat_bps=700)
    bag = Item(store=shop.store, name="Bag", price_minor=20)
    charge = factories.sell_items(shop, customer, [(cake, 1), (tea, 2), (bag, 1)])

    page = read(owner, charge)

    assert "VAT within it, 7 %</dt> <dd><bdi>€0.14</bdi>" in page
    assert "VAT within it, 19 %</dt> <dd><bdi>€1.90</bdi>" in page
    # 0.6 % of 14.24
    assert "<bdi>-€0.09</bdi>".replace("-", "\N{MINUS SIGN}") in page
    assert "<b><bdi>€14.15</bdi></b>" in page
    assert "in the next one" in page
    assert "Sale" in page
    assert "Shop&#x27;s account" in page
    assert "Takings" not in page


def test_settlement_and_payout_are_said_of_sale_and_refund(shop, customer, owner):
    factories.name_bank_account(shop.merchant)
    charge = factories.sell(shop, customer, amount_minor=1000)
    first = factories.settle(shop)
    factories.sell(shop, customer, amount_minor=900)
    factories.refund(shop, charge, amount_minor=250)
    second = factories.settle(shop)
    bank.send()
    order = Order.objects.get(subject=first.pk)
    book_order(order, bank.enter(order, -order.amount_minor))

    page = read(owner, charge)

    for settlement in (first, second):
        assert f"/dashboard/settlements/{settlement.public_id}/" in page
    assert page.index("ST-0001") < page.index("ST-0002")
    assert page.count("Paid out") == 1
    assert page.count("Sent to the bank") == 1
    assert "<bdi>\N{MINUS SIGN}€2.50</bdi>" in page


def test_a_charge_nobody_paid_has_no_money_anywhere(shop, owner):
    page = read(owner, factories.make_charge(shop))

    assert "No money has moved for this payment." in page
    assert "In the ledger" not in page


def test_somebody_of_one_store_reads_no_settlement(shop, customer):
    charge = factories.sell(shop, customer, amount_minor=1000)
    settlement = factories.settle(shop)
    hired = factories.hire_person(shop, role=Role.MANAGER)
    hired.store = shop.store
    hired.save(update_fields=["store"])

    page = read(open_dashboard(hired), charge)

    assert "ST-0001" in page
    assert settlement.public_id not in page
