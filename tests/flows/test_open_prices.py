"""Prices that are typed at the till, and what stands first on it."""

import json
from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.test import Client

from merchants.models import Role
from pos.forms import NewItemForm
from pos.models import ChargeLine, Item
from pos.queries import read_items_version
from pos.shelves import list_shelves
from pos.terminals import offer_pairing
from pos.views.desk import show_items
from tests import factories
from tests.flows.steps import open_dashboard, sign_id, unlock
from tests.pos.catalogue import make_category
from tests.snapshots import nothing_changes

pytestmark = pytest.mark.django_db
HALF = {"percent_bps": 5000, "reason": ""}


@pytest.fixture
def owner(shop):
    return open_dashboard(factories.hire_person(shop, role=Role.OWNER))


@pytest.fixture
def gift(shop):
    item = factories.make_item(shop, name="Gift", price_minor=500)
    Item.objects.filter(pk=item.pk).update(least_price_minor=100)
    return item


@pytest.fixture
def device(shop):
    """Pair a device, with a cashier at it."""
    browser = Client(SERVER_NAME="pay.test")
    browser.post("/till/pair/", {"code": offer_pairing(shop.terminal)})
    unlock(browser, factories.hire_person(shop))
    return browser


def ask(item, typed_minor=None, **more):
    line = {"item": item.public_id, "quantity": 2}
    if typed_minor is not None:
        line["unit_price_minor"] = typed_minor
    return {"lines": [line | more]}


def test_a_typed_price_is_charged_discounted_and_kept(till, gift):
    answer = till.post("charges", ask(gift, 350, discount=HALF), key="k1")
    Item.objects.filter(pk=gift.pk).update(least_price_minor=400)
    again = till.post("charges", ask(gift, 350, discount=HALF), key="k1")

    assert answer.status_code == 201
    assert answer.json()["amount"]["amount_minor"] == 350
    assert again.json()["id"] == answer.json()["id"]
    line = ChargeLine.objects.get()
    assert (line.unit_price_minor, line.discount_minor) == (350, 350)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (99, "price_too_low"),
        (0, "request_invalid"),
        (-350, "request_invalid"),
        (3.5, "request_invalid"),
    ],
)
def test_a_price_that_may_not_be_is_refused(till, gift, typed, code):
    with nothing_changes():
        answer = till.post("charges", ask(gift, typed))

    assert answer.json()["code"] == code
    if code == "price_too_low":
        assert answer.json()["detail"] == "Gift costs at least €1.00."


def test_a_fixed_price_takes_no_other(till, shop):
    cake = factories.make_item(shop, name="Cake")

    with nothing_changes():
        answer = till.post("charges", ask(cake, 380))

    assert (answer.status_code, answer.json()["code"]) == (422, "price_fixed")
    assert answer.json()["detail"] == "The price of Cake is fixed. Leave it out."


def test_a_parked_price_stays_unless_it_may_not_be_any_more(device, gift):
    sale = {"lines": ask(gift, 350)["lines"], "typed": 0}

    def act(action, cart, **facts):
        return device.post("/till/parked/", {"do": action, "cart": str(cart), **facts})

    changes = []
    for least_minor in (100, 400):
        cart = uuid4()
        Item.objects.filter(pk=gift.pk).update(least_price_minor=100)
        assert act("park", cart, sale=json.dumps(sale)).status_code == 200
        Item.objects.filter(pk=gift.pk).update(least_price_minor=least_minor)
        told = act("resume", cart, key=str(uuid4())).json()
        assert told["lines"][0]["price"] == 350
        changes.append(told["changes"])
    refused = act("park", uuid4(), sale=json.dumps(sale))

    assert changes == [[], ["Gift is now €4.00."]]
    assert (refused.status_code, refused.json()["detail"]) == (
        422,
        "Gift costs at least €4.00.",
    )


@pytest.mark.parametrize(
    ("typed", "least", "words"),
    [
        ({}, None, ""),
        ({"least": "2"}, None, ""),
        ({"is_open": "on"}, 1, ""),
        ({"is_open": "on", "least": "1,50"}, 150, ""),
        ({"is_open": "on", "least": "4"}, None, "Type at most the price above."),
        ({"is_open": "on", "least": "free"}, None, "Type an amount such as 12.50."),
    ],
)
def test_the_editor_keeps_the_least_price(owner, shop, typed, least, words):
    new = f"/dashboard/stores/{shop.store.public_id}/items/new/"
    facts = {"name": "Gift", "price": "3", "made_id": sign_id(NewItemForm, 2)}

    answer = owner.post(new, facts | typed)

    if words:
        assert answer.context["form"].errors["least"] == [words]
    else:
        item = Item.objects.get()
        assert item.least_price_minor == least
        page = owner.get(f"/dashboard/items/{item.public_id}/").context["form"]
        assert page["is_open"].value() == (least is not None)


def test_favourites_stand_first_on_the_till(owner, shop):
    tea = factories.make_item(shop, name="Tea")
    cake = factories.make_item(shop, name="Cake")
    Item.objects.filter(pk=cake.pk).update(category=make_category(shop, name="Food"))
    before = read_items_version(shop.store)

    owner.post(
        f"/dashboard/items/{cake.public_id}/",
        {"name": "Cake", "price": "4", "category": "Food", "is_favourite": "on"},
    )

    shelves = [[item.name for item in shelf.items] for shelf in list_shelves(shop.store)]
    assert shelves == [["Cake"], [tea.name]]
    assert read_items_version(shop.store) != before
    page = render_to_string("pos/_items.html", show_items(shop.store))
    assert page.index("Favourites") < page.index("Cake") < page.index("Tea")
