"""What a shop is owed is all of its money that no statement of the bank says has arrived."""

import pytest

from banking.models import Order
from banking.orders import book_order, return_order
from ledger.queries import sum_balance
from merchants.owed import read_owed
from merchants.queries import preview_settlement
from tests import factories
from tests.banking import bank
from tests.banking.bank import DAY
from tests.owners import as_owner

pytestmark = pytest.mark.django_db


def read(shop):
    return read_owed(preview_settlement(factories.balance_of(shop)))


def figures(shop):
    """Return open, waiting, moving; they are what the ledger owes and what left it."""
    owed, balance = read(shop), factories.balance_of(shop)
    carried = preview_settlement(balance).opening_minor
    assert sum_balance(balance.payable_account_id) == owed.waiting_minor + carried
    assert owed.all_minor == owed.open_minor + owed.waiting_minor + owed.moving_minor
    return owed.open_minor, owed.waiting_minor, owed.moving_minor


def test_money_is_owed_until_the_bank_has_booked_it(shop, customer):
    factories.sell(shop, customer, amount_minor=1000)
    assert figures(shop) == (994, 0, 0)

    settlement = factories.settle(shop)
    factories.sell(shop, customer, amount_minor=500)
    assert figures(shop) == (497, 994, 0)
    assert read(shop).due_on == settlement.payout_due_on

    factories.name_bank_account(shop.merchant)
    assert figures(shop) == (497, 994, 0)
    bank.send()
    assert figures(shop) == (497, 0, 994)
    assert read(shop).arrived is None

    order = Order.objects.get(subject=settlement.pk)
    entry = bank.enter(order, -994)
    with as_owner():
        type(entry).objects.filter(pk=entry.pk).update(bank_reference="NTRY-7")
    book_order(order, entry)
    assert figures(shop) == (497, 0, 0)
    owed = read(shop)
    assert (owed.arrived.settlement, owed.arrived.on) == (settlement, DAY)
    assert (owed.arrived.bank_reference, owed.due_on) == ("NTRY-7", None)

    return_order(order, bank.enter(order, 994, reason_code="AC04"))
    assert figures(shop) == (497, 994, 0)
    assert read(shop).arrived is None


def test_what_is_carried_over_counts_once(shop, customer):
    shop.merchant.payout_min_minor = 10_000
    shop.merchant.save()
    factories.sell(shop, customer, amount_minor=1000)
    factories.settle(shop)
    factories.sell(shop, customer, amount_minor=500)

    assert figures(shop) == (994 + 497, 0, 0)


def test_a_shop_without_money_is_owed_nothing(shop):
    owed = read(shop)

    assert (owed.all_minor, owed.parts, owed.due_on, owed.arrived) == (0, [], None, None)


def test_the_bar_is_whole_whatever_the_parts(shop, customer):
    factories.sell(shop, customer, amount_minor=1000)
    factories.settle(shop)
    factories.sell(shop, customer, amount_minor=333)

    parts = read(shop).parts

    assert [name for name, _, _ in parts] == ["open", "wait"]
    assert parts[0][1] == 0
    assert parts[0][2] == parts[1][1]
    assert parts[1][1] + parts[1][2] == 1000
