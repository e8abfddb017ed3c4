"""The overview: what was paid, how soon, what sells, who is at a till, and what is wrong."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from banking.models import Order
from banking.orders import book_order, refuse_order
from merchants.models import Role
from pos.charges import cancel_charge
from pos.models import Charge, Item, TerminalToken
from pos.templatetags.today import duration
from pos.terminals import lock_till, offer_pairing, pair_terminal, unlock_till
from pos.today import read_today
from tests import factories
from tests.banking import bank
from tests.clocks import let_expire
from tests.flows.steps import open_dashboard
from tests.merchants.test_days import find_noon_zone
from tests.owners import as_owner

pytestmark = pytest.mark.django_db
PAGE = "/dashboard/"


@pytest.fixture
def shop():
    return factories.open_shop(time_zone=find_noon_zone())


@pytest.fixture
def owner(shop):
    return open_dashboard(factories.hire_person(shop, role=Role.OWNER))


def take(charge, seconds):
    """Make a paid charge one that took so long."""
    with as_owner():
        begun = charge.captured_at - timedelta(seconds=seconds)
        Charge.objects.filter(pk=charge.pk).update(created_at=begun)


def test_charges_that_ended_are_counted_and_timed(shop, customer, owner):
    for seconds in (10, 20, 90):
        take(factories.sell(shop, customer), seconds)
    let_expire(factories.make_charge(shop))
    cancel_charge(factories.make_charge(shop).id, principal=shop.till)
    factories.make_charge(shop)
    factories.sell(factories.open_shop(), customer)

    today = read_today(shop.merchant)

    assert (today.paid_count, today.unpaid_count, today.percent_paid) == (3, 2, 60)
    assert today.half_s == pytest.approx(20)
    assert today.most_s == pytest.approx(83)
    page = owner.get(PAGE).content.decode()
    for words in ("60 %", "3 of 5 charges were paid", "20 s", "1 min 23 s"):
        assert words in page, words


def test_without_a_charge_there_is_no_rate(shop, owner):
    today = read_today(shop.merchant)

    assert (today.percent_paid, today.half_s, today.best, today.open_tills) == (
        *(None, None),
        *([], []),
    )
    assert "No charge has ended today." in owner.get(PAGE).content.decode()


def test_the_best_items_are_those_that_were_paid_most_often(shop, customer, owner):
    tea, cake, soup = (
        Item(store=shop.store, name=name, price_minor=price)
        for name, price in (("Tea", 250), ("Cake", 400), ("Soup", 650))
    )
    factories.sell_items(shop, customer, [(tea, 2), (cake, 1)])
    factories.sell_items(shop, customer, [(tea, 1), (soup, 3)])
    factories.open_items(shop, [(cake, 9)])

    best = read_today(shop.merchant).best

    assert best == [("EUR", "Soup", 3, 1950), ("EUR", "Tea", 3, 750), ("EUR", "Cake", 1, 400)]
    assert "Best items of today" in owner.get(PAGE).content.decode()


def test_open_tills_are_those_with_a_cashier(shop, owner):
    pair_terminal(offer_pairing(shop.terminal))
    sam = factories.add_cashier(shop)
    assert read_today(shop.merchant).open_tills == []

    unlock_till(shop.terminal, sam, pin=factories.PIN)

    (till,) = read_today(shop.merchant).open_tills
    assert (till.name, till.cashier_name) == ("Till 1", "Sam Doyle")
    assert "Sam Doyle" in owner.get(PAGE).content.decode()
    TerminalToken.objects.filter(cashier=sam).update(
        unlocked_at=timezone.now() - timedelta(hours=15)
    )
    assert read_today(shop.merchant).open_tills == []
    unlock_till(shop.terminal, sam, pin=factories.PIN)
    lock_till(shop.terminal)
    assert read_today(shop.merchant).open_tills == []


def list_alerts(browser):
    return [str(alert.kind) for alert in browser.get(PAGE).context["alerts"]]


def test_a_payout_that_came_back_is_said_first_until_it_is_paid_again(shop, customer, owner):
    factories.sell(shop, customer, amount_minor=1000)
    settlement = factories.settle(shop)
    assert list_alerts(owner) == ["no_account"]

    factories.name_bank_account(shop.merchant)
    assert list_alerts(owner) == []
    factories.name_bank_account(shop.merchant)
    bank.send()
    order = Order.objects.get(subject=settlement.pk)
    refuse_order(order, reason_code="AC04")
    assert list_alerts(owner) == ["came_back", "change_waits"]
    page = owner.get(PAGE).content.decode()
    assert page.index("did not reach your bank account") < page.index("Today")
    assert "(AC04)" in page

    owner.post(
        f"/dashboard/settlements/{settlement.public_id}/pay-again/", {"order": order.public_id}
    )
    assert list_alerts(owner) == ["change_waits"]
    bank.send()
    again = Order.objects.get(follows=order)
    book_order(again, bank.enter(again, -again.amount_minor))
    assert list_alerts(owner) == ["change_waits"]


def test_the_overview_asks_no_more_for_many_sales(shop, customer, owner):
    factories.sell(shop, customer)
    with CaptureQueriesContext(
        connection,
    ) as few:
        owner.get(PAGE)
    for _ in range(5):
        factories.sell(shop, customer)
    with CaptureQueriesContext(connection) as many:
        owner.get(PAGE)

    assert len(many) == len(few)


def test_the_day_s_charges_are_read_by_their_index(shop, customer):
    factories.sell(shop, customer)
    other = factories.open_shop()
    for _ in range(40):
        factories.make_charge(other)
    # By what the table holds now, and not by what an earlier look at an empty one found.
    with as_owner() as cursor:
        cursor.execute("ANALYZE pos_charge")
    with CaptureQueriesContext(connection) as asked:
        read_today(shop.merchant)
    statements = [each["sql"] for each in asked if "FROM pos_charge" in each["sql"]]

    assert len(statements) == 2
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for statement in statements:
            cursor.execute(f"EXPLAIN {statement}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "pos_charge_of_merchant" in plan, plan
            assert "Index Cond: ((merchant_id =" in plan, plan


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0 s"), (59.4, "59 s"), (60, "1 min 0 s")])
def test_times_are_as_people_say_them(seconds, text):
    assert duration(seconds) == text
