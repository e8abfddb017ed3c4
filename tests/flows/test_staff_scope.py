"""Whoever was hired for one store sees and changes that store alone, on every route."""

import pytest

from merchants.models import Role
from tests.flows.routes import (
    DONE,
    ask,
    employ,
    fill,
    list_routes,
    shop_stays_as_it_is,
    stock_two_stores,
    try_out,
)

pytestmark = pytest.mark.django_db
ROUTES = list_routes()
NAMED = [route for route in ROUTES if "<" in route]
WHOLE = [
    route
    for route in ROUTES
    if route.startswith(
        (
            "dashboard/accounting/",
            "dashboard/bank-account/",
            "dashboard/fee-invoices/",
            "dashboard/fees/",
            "dashboard/look/",
            "dashboard/safeguarding/",
            "dashboard/settlements/",
            "dashboard/stores/new/",
            "dashboard/invitations/",
            "dashboard/keys/",
        )
    )
]


@pytest.fixture
def stores(shop, customer):
    """One thing of each kind in each of two stores of one merchant."""
    return stock_two_stores(shop, customer)


@pytest.fixture
def manager(shop):
    """Somebody who manages the first store, and no other."""
    return employ(shop, Role.MANAGER, store=shop.store)


def test_another_store_s_things_look_unknown(stores, manager):
    _mine, foreign = stores

    with shop_stays_as_it_is():
        answers = {route: ask(manager, fill(route, foreign)).status_code for route in NAMED}

    assert answers == {route: 403 if route in WHOLE else 404 for route in NAMED}


def test_one_s_own_store_s_things_are_there(stores, manager):
    mine, _foreign = stores

    answers = {route: try_out(manager, fill(route, mine)) for route in ROUTES}

    refused = {route for route, status in answers.items() if status not in DONE}
    assert refused == set(WHOLE)
    assert {answers[route] for route in WHOLE} == {403}


@pytest.mark.parametrize("route", [route for route in ROUTES if "<" not in route])
def test_a_list_names_nothing_of_another_store(stores, manager, route):
    _mine, foreign = stores

    answer = manager.get(fill(route, {}), follow=True)
    page = (b"".join(answer) if answer.streaming else answer.content).decode()

    for reference in [*foreign.values(), "Second Street", "Back room"]:
        assert reference not in page


def test_who_works_for_the_merchant_sees_all_of_it(shop, stores):
    browser = employ(shop, Role.OWNER, store=None)

    for things in stores:
        answers = {route: try_out(browser, fill(route, things)) for route in ROUTES}
        assert {route: each for route, each in answers.items() if each not in DONE} == {}


@pytest.mark.parametrize("role", [Role.ACCOUNTANT, Role.CASHIER])
def test_other_roles_gain_nothing_by_a_store(shop, stores, role):
    of_store, of_all = (employ(shop, role, store=store) for store in (shop.store, None))
    _mine, foreign = stores

    for route in ROUTES:
        with shop_stays_as_it_is():
            scoped = ask(of_store, fill(route, foreign)).status_code
            whole = ask(of_all, fill(route, foreign)).status_code

        if not route.startswith("dashboard/me/"):
            if route in NAMED or role == Role.CASHIER:
                assert scoped in {403, 404}, route
            assert scoped in {whole, 302, 403, 404}, route


def test_the_bar_leads_only_where_one_may_go(manager, stores):
    page = manager.get("/dashboard/payments/").content.decode()

    assert "/dashboard/tills/" in page
    assert "/dashboard/settlements/" not in page
    assert manager.get("/dashboard/")["Location"] == "/dashboard/payments/"
