"""What is chosen of an item: priced and refused by the server, on papers, in the editor."""

import json
from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.test import Client

from merchants.models import Role
from pos.forms_options import NewGroupForm
from pos.models import Charge, ChargeLine, Option, OptionGroup
from pos.queries import read_items_version
from pos.receipts import issue_receipts
from pos.terminals import offer_pairing
from pos.views.desk import show_items
from qr.links import encode_token
from tests import factories
from tests.flows.routes import shop_stays_as_it_is
from tests.flows.steps import open_dashboard, sign_id, unlock
from tests.snapshots import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(shop):
    return open_dashboard(factories.hire_person(shop, role=Role.OWNER))


@pytest.fixture
def coffee(shop):
    return factories.make_item(shop, name="Flat white", price_minor=380)


@pytest.fixture
def size(coffee):
    """Return the coffee's size, of which one has to be chosen."""
    return make_group(coffee, "Size", 1, 1, ("Small", 0), ("Large", 60))


@pytest.fixture
def milk(coffee):
    """Return the coffee's extras, of which there may be two."""
    return make_group(coffee, "Extras", 0, 2, ("Oat milk", 40), ("Own cup", -50), ("Shot", 90))


def make_group(item, name, least, most, *options):
    group = OptionGroup.objects.create(item=item, name=name, least=least, most=most)
    for position, (each, price_minor) in enumerate(options):
        group.options.create(name=each, price_minor=price_minor, position=position)
    return group


def name_options(*names):
    return [Option.objects.get(name=name).public_id for name in names]


def ask(item, *names, quantity=2):
    line = {"item": item.public_id, "quantity": quantity, "choices": name_options(*names)}
    return {"lines": [line]}


def test_choices_are_priced_by_their_ids_and_stand_on_the_line(till, coffee, size, milk):
    answer = till.post("charges", ask(coffee, "Own cup", "Large", "Oat milk"))

    assert answer.json()["amount"]["amount_minor"] == 2 * (380 + 60 + 40 - 50)
    line = ChargeLine.objects.get()
    assert (line.name, line.choices) == ("Flat white", "Large, Oat milk, Own cup")
    charge = till.get(f"charges/{answer.json()['id']}").json()
    assert charge["lines"][0]["choices"] == line.choices


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ([], "Flat white: choose at least 1 of Size."),
        (["Small", "Large"], "Flat white: choose at most 1 of Size."),
        (["Small", "Oat milk", "Own cup", "Shot"], "Flat white: choose at most 2 of Extras."),
        (["Small", "Slice"], "Flat white has no such choice."),
    ],
)
def test_what_cannot_be_chosen_is_refused_by_name(
    till, shop, coffee, size, milk, chosen, words
):
    make_group(factories.make_item(shop, name="Cake"), "Piece", 0, 1, ("Slice", 0))

    with nothing_changes():
        answer = till.post("charges", ask(coffee, *chosen))

    assert (answer.status_code, answer.json()["code"]) == (422, "choices_unfit")
    assert answer.json()["detail"] == words


def test_defaults_are_taken_where_nothing_is_said(till, coffee, size):
    wish = {"lines": [{"item": coffee.public_id, "quantity": 1}]}
    refused = till.post("charges", wish)
    size.options.filter(name="Large").update(is_default=True)
    taken = till.post("charges", wish)
    size.options.filter(name="Large").update(is_sold_out=True)
    out = till.post("charges", ask(coffee, "Large"))

    assert refused.json()["code"] == "choices_unfit"
    assert taken.json()["amount"]["amount_minor"] == 440
    assert (out.json()["code"], out.json()["detail"]) == ("item_sold_out", "Large is sold out.")


def test_a_receipt_shows_what_was_chosen(till, customer, coffee, size, milk, client):
    till.post("charges", ask(coffee, "Large", "Oat milk"))
    charge = Charge.objects.get()
    factories.confirm(customer, factories.claim(customer, charge))
    issue_receipts([charge.id])

    page = client.get(f"/r/{encode_token(charge.receipt_token).lower()}/")

    assert "Large, Oat milk" in page.content.decode()


def test_a_parked_cart_keeps_its_choices_at_the_prices_of_now(shop, coffee, size, milk):
    device = Client(SERVER_NAME="pay.test")
    device.post("/till/pair/", {"code": offer_pairing(shop.terminal)})
    unlock(device, factories.hire_person(shop))
    sale = {"lines": ask(coffee, "Shot", "Large")["lines"], "typed": 0}
    cart = str(uuid4())
    facts = {"do": "park", "cart": cart, "sale": json.dumps(sale)}
    assert device.post("/till/parked/", facts).status_code == 200
    size.options.filter(name="Large").update(price_minor=100)

    told = device.post(
        "/till/parked/", {"do": "resume", "cart": cart, "key": str(uuid4())}
    ).json()

    assert told["lines"][0]["choices"] == name_options("Large", "Shot")
    assert told["changes"] == ["Flat white is now €5.70."]


def test_the_till_shows_choices_and_hears_of_each_change(shop, coffee, size):
    versions = [read_items_version(shop.store)]
    for change in ({"price_minor": 70}, {"is_sold_out": True}, {"name": "Huge"}):
        size.options.filter(position=1).update(**change)
        versions.append(read_items_version(shop.store))

    assert len(set(versions)) == len(versions)
    page = render_to_string("pos/_items.html", show_items(shop.store))
    assert "&quot;name&quot;:&quot;Huge&quot;,&quot;price&quot;:70" in page


TYPED = {
    "name": "Size",
    "least": "1",
    "most": "1",
    "name_0": "Small",
    "default_0": "on",
    "name_1": "Large",
    "price_1": "0,60",
    "name_2": "Tiny",
    "price_2": "-0.20",
    **{f"name_{row}": "" for row in range(3, 6)},
}


def test_a_choice_is_added_once_changed_and_removed(owner, coffee):
    new = f"/dashboard/items/{coffee.public_id}/choices/new/"
    for _ in range(2):
        owner.post(new, TYPED | {"made_id": sign_id(NewGroupForm, 2)})
    group = OptionGroup.objects.get()
    small, large, _tiny = group.options.all()
    rows = [(each.name, each.price_minor, each.is_default) for each in group.options.all()]
    page = f"/dashboard/choices/{group.public_id}/"
    changed = {
        "name": "Size",
        "least": "0",
        "most": "2",
        "name_0": "Big",
        "price_0": "0.70",
        "reference_0": large.public_id,
        "name_1": "Small",
        "name_2": "",
        "name_3": "",
        "out_0": "on",
    }
    for _ in range(2):
        owner.post(page, changed)

    assert rows == [("Small", 0, True), ("Large", 60, False), ("Tiny", -20, False)]
    assert [(each.pk, each.name, each.price_minor) for each in group.options.all()] == [
        (large.pk, "Big", 70),
        (small.pk, "Small", 0),
    ]
    assert "Big" in owner.get(f"/dashboard/items/{coffee.public_id}/").content.decode()
    assert "0.70" in owner.get(page).content.decode()
    owner.post(f"{page}remove/")
    assert not OptionGroup.objects.exists()


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"name": ""}, "name", "Type what is chosen"),
        ({"least": "x"}, "least", "Type a number from 0 to 24."),
        ({"least": "2"}, "most", "Type at least as many as above."),
        ({"least": "4", "most": "4"}, "least", "There are fewer choices than that."),
        ({"price_1": "much"}, "price_1", "Type an amount such as 12.50."),
        ({"name_1": "Small"}, "name_0", "Two choices have the same name."),
        ({"default_1": "on"}, "most", "More than these are chosen from the start."),
        (dict.fromkeys(("name_0", "name_1", "name_2"), ""), "name_0", "Type at least one"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(owner, coffee, typed, field, words):
    with shop_stays_as_it_is():
        page = owner.post(f"/dashboard/items/{coffee.public_id}/choices/new/", TYPED | typed)

    assert page.status_code == 422
    assert words in page.context["form"].errors[field][0]
