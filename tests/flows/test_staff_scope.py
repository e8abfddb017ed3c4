"""Whoever was hired for one store sees and changes that store alone, on every route."""

import pytest
from django.test import Client
from django.urls import get_resolver

from merchants.models import Role, StaffMember
from merchants.onboarding import open_store
from pos.terminals import add_terminal
from tests import factories
from tests.snapshots import nothing_changes

pytestmark = pytest.mark.django_db
# What a route's reference names.
KINDS = {
    "dashboard/tills/": "terminal",
    "dashboard/codes/": "code",
    "dashboard/stores/": "store",
    "dashboard/payments/": "charge",
    "dashboard/settlements/": "settlement",
}
OPEN = {"dashboard/sign-in/", "dashboard/sign-out/"}
# A form that was sent empty is shown again with what is missing.
DONE = {200, 302, 422}


def list_routes():
    """List every route below /dashboard/ that asks who is there."""
    routes = {
        str(pattern.pattern)
        for resolver in get_resolver().url_patterns
        for pattern in getattr(resolver, "url_patterns", [])
        if str(pattern.pattern).startswith("dashboard/")
    }
    return sorted(routes - OPEN)


ROUTES = list_routes()
NAMED = [route for route in ROUTES if "<" in route]
WHOLE = [route for route in ROUTES if route.startswith("dashboard/settlements/")]


@pytest.fixture
def stores(shop, customer):
    """One thing of each kind in each of two stores of one merchant."""
    second = open_store(shop.merchant, name="Second Street", currency="EUR")
    till = add_terminal(second, name="Back room")
    other = factories.Shop(shop.merchant, second, till, shop.token, shop.key)
    things = []
    for place in (shop, other):
        charge = factories.sell(place, customer)
        code = factories.print_code(place)
        settlement = factories.settle(place)
        rows = {
            "terminal": place.terminal,
            "code": code,
            "store": place.store,
            "charge": charge,
            "settlement": settlement,
        }
        things.append({kind: row.public_id for kind, row in rows.items()})
    return things


def employ(shop, role, *, store):
    person = factories.hire_person(shop, role=role)
    StaffMember.objects.filter(pk=person.pk).update(store=store)
    browser = Client(SERVER_NAME="pay.test")
    browser.force_login(person.user)
    return browser


@pytest.fixture
def manager(shop):
    """Somebody who manages the first store, and no other."""
    return employ(shop, Role.MANAGER, store=shop.store)


def fill(route, things):
    kind = next((kind for start, kind in KINDS.items() if route.startswith(start)), "")
    if "<" in route:
        assert kind, f"tell in KINDS what the reference of {route} names"
    address = route.replace("<str:reference>", things.get(kind, ""))
    return f"/{address}" + ("?size=a4" if address.endswith(".pdf") else "")


def ask(browser, address):
    """Ask by whichever method the route takes."""
    answer = browser.get(address)
    return browser.post(address) if answer.status_code == 405 else answer


@pytest.mark.parametrize("route", NAMED)
def test_another_store_s_things_look_unknown(stores, manager, route):
    _mine, foreign = stores

    with nothing_changes():
        answer = ask(manager, fill(route, foreign))

    assert answer.status_code == (403 if route in WHOLE else 404)


@pytest.mark.parametrize("route", ROUTES)
def test_one_s_own_store_s_things_are_there(stores, manager, route):
    mine, _foreign = stores

    answer = ask(manager, fill(route, mine))

    assert answer.status_code in ({403} if route in WHOLE else DONE)


@pytest.mark.parametrize("route", [route for route in ROUTES if "<" not in route])
def test_a_list_names_nothing_of_another_store(stores, manager, route):
    _mine, foreign = stores

    page = manager.get(fill(route, {}), follow=True).content.decode()

    for reference in [*foreign.values(), "Second Street", "Back room"]:
        assert reference not in page


@pytest.mark.parametrize("route", ROUTES)
def test_who_works_for_the_merchant_sees_all_of_it(shop, stores, route):
    browser = employ(shop, Role.MANAGER, store=None)

    for things in stores:
        assert ask(browser, fill(route, things)).status_code in DONE


@pytest.mark.parametrize("role", [Role.ACCOUNTANT, Role.CASHIER])
@pytest.mark.parametrize("route", ROUTES)
def test_other_roles_gain_nothing_by_a_store(shop, stores, role, route):
    of_store, of_all = (employ(shop, role, store=store) for store in (shop.store, None))
    _mine, foreign = stores

    with nothing_changes():
        scoped = ask(of_store, fill(route, foreign)).status_code
        whole = ask(of_all, fill(route, foreign)).status_code

    if route in NAMED or role == Role.CASHIER:
        assert scoped in {403, 404}
    assert scoped in {whole, 302, 403, 404}


def test_the_bar_leads_only_where_one_may_go(manager, stores):
    page = manager.get("/dashboard/payments/").content.decode()

    assert "/dashboard/tills/" in page
    assert "/dashboard/settlements/" not in page
    assert manager.get("/dashboard/")["Location"] == "/dashboard/payments/"
