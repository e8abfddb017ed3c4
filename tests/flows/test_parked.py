"""Parked carts: any till of the store lists, resumes and removes them, at the prices of now."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from pos.models import ParkedCart
from pos.parked import list_parked
from pos.terminals import add_terminal, offer_pairing
from tests import factories
from tests.clocks import date_back
from tests.flows.steps import unlock
from tests.snapshots import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def coffee(shop):
    return factories.make_item(shop, name="Flat white", price_minor=380)


@pytest.fixture
def sale(coffee):
    line = {"item": coffee.public_id, "quantity": 2, "note": "oat milk"}
    return {
        "name": "Table 4",
        "lines": [line | {"discount": {"percent_bps": 1000, "reason": "Regular"}}],
        "typed": 240,
        "discount": {"amount_minor": 24, "reason": ""},
    }


def open_till(shop, terminal, *, name):
    browser = Client(SERVER_NAME="pay.test")
    browser.post("/till/pair/", {"code": offer_pairing(terminal)})
    unlock(browser, factories.hire_person(shop, name=name))
    return browser


@pytest.fixture
def first(shop):
    return open_till(shop, shop.terminal, name="Nora Byrne")


@pytest.fixture
def second(shop):
    return open_till(shop, add_terminal(shop.store, name="Till 2"), name="Sam Doyle")


def act(browser, action, cart, **facts):
    return browser.post("/till/parked/", {"do": action, "cart": str(cart), **facts})


def park(browser, sale, *, cart=None):
    cart = cart or uuid4()
    answer = act(browser, "park", cart, sale=json.dumps(sale))
    assert answer.status_code == 200, answer.content
    return cart


def test_another_till_goes_on_with_a_parked_cart(first, second, shop, sale, coffee):
    cart = park(first, sale)
    park(first, sale, cart=cart)

    listed = second.get("/till/parked/").content.decode()
    assert "Table 4" in listed
    assert "Nora Byrne" in listed
    assert "€9.00" in listed
    assert '<data id="parked-count" value="1">' in second.get("/till/desk/").content.decode()
    assert 'data-count="1"' in second.get("/till/").content.decode()
    told = act(second, "resume", cart, key=str(uuid4())).json()
    assert told["lines"] == [
        {
            "item": coffee.public_id,
            "quantity": 2,
            "price": None,
            "choices": [],
            "note": "oat milk",
            "discount": {"percent_bps": 1000, "reason": "Regular"},
        }
    ]
    assert (told["typed"], told["discount"]) == (240, {"amount_minor": 24, "reason": ""})
    assert told["changes"] == []
    assert list_parked(shop.store) == []


def test_one_till_wins_and_the_other_reads_who(first, second, sale):
    cart, key = park(first, sale), str(uuid4())
    won = act(first, "resume", cart, key=key)

    lost = act(second, "resume", cart, key=str(uuid4()))
    again = act(first, "resume", cart, key=key)

    assert (lost.status_code, lost.json()["detail"]) == (
        409,
        "Nora Byrne has resumed this sale already.",
    )
    assert again.json() == won.json()
    assert act(first, "remove", cart).status_code == 404
    assert act(first, "restore", cart).status_code == 404


def test_changed_prices_are_said_at_resume(first, shop, sale, coffee):
    tea = factories.make_item(shop, name="Tea", price_minor=250)
    sale["lines"].append({"item": tea.public_id, "quantity": 1})
    cake = factories.make_item(shop, name="Cake", price_minor=350)
    sale["lines"].append({"item": cake.public_id, "quantity": 1})
    cart = park(first, sale)
    type(coffee).objects.filter(pk=coffee.pk).update(price_minor=400)
    type(tea).objects.filter(pk=tea.pk).update(is_active=False)
    type(cake).objects.filter(pk=cake.pk).update(is_sold_out=True)

    told = act(first, "resume", cart, key=str(uuid4())).json()

    assert told["changes"] == [
        "Flat white is now €4.00.",
        "Tea is not sold any more and was taken off.",
        "Cake is sold out.",
    ]


def test_a_removed_cart_comes_back(first, shop, sale):
    cart = park(first, sale)

    for _ in range(2):
        assert act(first, "remove", cart).status_code == 200
    assert list_parked(shop.store) == []
    assert act(first, "resume", cart, key=str(uuid4())).status_code == 404
    for _ in range(2):
        assert act(first, "restore", cart).status_code == 200
    assert [each.id for each in list_parked(shop.store)] == [cart]


def test_carts_are_kept_until_the_day_s_end_and_in_their_store(first, shop, sale):
    park(first, sale)
    other = factories.open_shop()
    elsewhere = open_till(other, other.terminal, name="Ann Else")

    assert "Table 4" not in elsewhere.get("/till/parked/").content.decode()
    date_back(ParkedCart.objects.all(), parked_at=timezone.now() - timedelta(days=1))
    assert list_parked(shop.store) == []
    assert "No sale is parked" in first.get("/till/parked/").content.decode()


def test_what_cannot_be_parked_is_refused(first, shop, sale):
    other = factories.make_item(factories.open_shop(), name="Elsewhere")
    strange = sale | {"lines": [{"item": other.public_id, "quantity": 1}]}
    many = sale | {"lines": [sale["lines"][0] | {"quantity": 1000}]}
    cake = factories.make_item(shop, name="Cake")
    type(cake).objects.filter(pk=cake.pk).update(is_sold_out=True)
    gone = sale | {"lines": [{"item": cake.public_id, "quantity": 1}]}
    cart = park(first, sale)

    with nothing_changes():
        answers = [
            act(first, "park", uuid4(), sale=json.dumps(strange)),
            act(first, "park", uuid4(), sale=json.dumps(many)),
            act(first, "park", uuid4(), sale="{"),
            act(first, "park", uuid4(), sale=json.dumps(sale | {"typed": 999_999_999_999})),
            act(first, "park", cart, sale=json.dumps(sale | {"name": "Table 5"})),
            act(first, "park", "x", sale=json.dumps(sale)),
            act(first, "sell", cart),
            act(first, "resume", uuid4(), key=str(uuid4())),
            act(first, "park", uuid4(), sale=json.dumps(gone)),
        ]

    statuses = [422, 400, 400, 422, 409, 400, 400, 404, 409]
    assert [each.status_code for each in answers] == statuses
    assert answers[-1].json()["detail"] == "Cake is sold out."
    assert ParkedCart.objects.count() == 1
    first.post("/till/lock/")
    assert first.get("/till/parked/")["Location"] == "/till/unlock/"
