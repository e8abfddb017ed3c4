"""Payouts become orders once, and again only if somebody says so."""

import uuid

import pytest

from banking.models import Order
from banking.orders import book_order, refuse_order, return_order
from merchants.errors import NothingToPayAgain
from merchants.models import Settlement
from merchants.payout_orders import order_late_payouts, order_payout, pay_again
from merchants.payouts import load_payouts
from merchants.queries import check_balance
from tests import factories
from tests.banking import bank
from tests.broken import find_broken

pytestmark = pytest.mark.django_db


def settle(shop, customer):
    factories.sell(shop, customer, amount_minor=1000)
    return factories.settle(shop)


def read_status(settlement):
    found = Settlement.objects.select_related("balance").get(pk=settlement.pk)
    load_payouts([found])
    return found.payout_status


def orders_of(settlement):
    return list(Order.objects.filter(subject=settlement.pk).order_by("id"))


def test_payout_waits_for_a_bank_account_and_is_ordered_when_it_is_named(shop, customer):
    first, second = settle(shop, customer), settle(shop, customer)
    assert read_status(first) == "waits_for_bank_account"
    assert orders_of(first) == []

    account = factories.name_bank_account(shop.merchant)

    assert (read_status(first), read_status(second)) == ("pending", "pending")
    [order] = orders_of(first)
    assert (order.amount_minor, order.creditor_iban) == (994, account.iban)
    assert (order.town, order.country) == ("Dublin", "IE")
    assert order.remittance.startswith("Settlement ST-0001 SE")
    assert find_broken() == {}


def test_payout_is_ordered_when_its_settlement_closes(shop, customer):
    factories.name_bank_account(shop.merchant)

    settlement = settle(shop, customer)

    assert [order.status for order in orders_of(settlement)] == ["pending"]
    order_payout(settlement)
    order_late_payouts()
    assert len(orders_of(settlement)) == 1


def test_settlement_without_a_payout_orders_nothing(shop, customer):
    factories.name_bank_account(shop.merchant)
    shop.merchant.payout_min_minor = 10_000
    shop.merchant.save()

    settlement = settle(shop, customer)

    assert (read_status(settlement), orders_of(settlement)) == ("none", [])


def test_sweep_orders_what_was_left_out(shop, customer):
    settlement = settle(shop, customer)
    account = factories.name_bank_account(shop.merchant)
    assert len(orders_of(settlement)) == 1
    other = factories.open_shop()
    left = settle(other, customer)
    account.pk, account.merchant = None, other.merchant
    account.save(force_insert=True)
    assert orders_of(left) == []

    order_late_payouts()
    order_late_payouts()

    assert len(orders_of(left)) == 1


def test_settlements_say_what_the_ledger_owes_while_payouts_go_out_and_come_back(
    shop, customer
):
    factories.name_bank_account(shop.merchant)
    settlement = settle(shop, customer)
    balance = factories.balance_of(shop)
    [order] = orders_of(settlement)

    bank.send()
    assert (read_status(settlement), check_balance(balance).ok) == ("sent", True)
    order.refresh_from_db()
    book_order(order, bank.enter(order, -994))
    assert (read_status(settlement), check_balance(balance).ok) == ("booked", True)
    return_order(order, bank.enter(order, 994, reason_code="AC04"))
    assert (read_status(settlement), check_balance(balance).ok) == ("returned", True)
    assert find_broken() == {}


def test_returned_payout_is_paid_again_once_to_the_account_in_force(shop, customer):
    factories.name_bank_account(shop.merchant)
    settlement = settle(shop, customer)
    bank.send()
    [order] = orders_of(settlement)
    refuse_order(order, reason_code="AC04")
    order_late_payouts()
    order_payout(settlement)
    assert orders_of(settlement) == [order]

    again = pay_again(settlement, replaced_id=order.pk)

    assert pay_again(settlement, replaced_id=order.pk) == again
    assert orders_of(settlement) == [order, again]
    assert read_status(settlement) == "pending"
    with pytest.raises(NothingToPayAgain):
        pay_again(settlement, replaced_id=again.pk)
    assert find_broken() == {}


def test_payout_under_way_is_not_paid_again(shop, customer, another):
    settlement = settle(shop, customer)
    with pytest.raises(NothingToPayAgain):
        pay_again(settlement, replaced_id=None)
    factories.name_bank_account(shop.merchant)
    [order] = orders_of(settlement)

    with pytest.raises(NothingToPayAgain):
        pay_again(settlement, replaced_id=order.pk)

    assert orders_of(settlement) == [order]


def test_payout_of_another_amount_is_found(shop, customer):
    factories.name_bank_account(shop.merchant)
    settlement = settle(shop, customer)
    assert find_broken() == {}

    bank.make_order(
        995,
        kind="payout",
        source_account_id=factories.balance_of(shop).payable_account_id,
        subject=uuid.uuid4(),
    )

    assert list(find_broken()) == [
        "every payout's order is of its settlement's amount, and of its merchant's money"
    ]
    assert settlement.payout_minor == 994
