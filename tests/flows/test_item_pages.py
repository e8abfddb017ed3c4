"""Items in the dashboard: added, changed, hidden, sorted, and what tills show of it."""

import pytest

from merchants.models import Role
from pos.forms import NewItemForm
from pos.models import Item
from pos.queries import list_items
from tests import factories
from tests.flows.routes import shop_stays_as_it_is
from tests.flows.steps import open_dashboard, sign_id

pytestmark = pytest.mark.django_db
TYPED = {
    "name": "Flat  white",
    "price": "3,80",
    "category": "Drinks",
    "color": "amber",
    "barcode": "4 006381 333931",
    "vat": "13,5 %",
    "made_id": sign_id(NewItemForm, 2),
}


@pytest.fixture
def owner(shop):
    return open_dashboard(factories.hire_person(shop, role=Role.OWNER))


@pytest.fixture
def new(shop):
    return f"/dashboard/stores/{shop.store.public_id}/items/new/"


def name_items(shop):
    return [item.name for item in list_items(shop.store)]


def test_an_item_is_added_behind_the_others(owner, shop, new):
    factories.make_item(shop, name="Tea")

    owner.post(new, TYPED)
    answer = owner.post(new, TYPED)

    item = Item.objects.get(name="Flat white")
    assert answer["Location"] == f"/dashboard/items/?made={item.public_id}#{item.public_id}"
    assert (item.price_minor, str(item.category), item.color) == (380, "Drinks", "amber")
    assert (item.barcode, item.vat_bps) == ("04006381333931", 1350)
    assert name_items(shop) == ["Tea", "Flat white"]
    assert "Drinks" in owner.get(new).content.decode()


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"name": ""}, "name", "Type the item's name, in up to 80 letters."),
        ({"name": "\u200d"}, "name", "Type the item's name"),
        ({"price": ""}, "price", "Type the price."),
        ({"price": "free"}, "price", "Type an amount such as 12.50."),
        ({"price": "0"}, "price", "Type more than zero."),
        ({"price": "1,234"}, "price", "can be read in two ways"),
        ({"category": "x" * 41}, "category", "Type a category in up to 40 letters"),
        ({"color": "pink"}, "color", "Choose one of the colours."),
        ({"barcode": "4006381333930"}, "barcode", "No bar code has these digits"),
        ({"vat": "thirteen"}, "vat", "Type a rate from 0 to 100, such as 13.5."),
        ({"vat": "100.01"}, "vat", "Type a rate from 0 to 100"),
        ({"vat": "-5"}, "vat", "Type a rate from 0 to 100"),
        ({"vat": "5.555"}, "vat", "Type a rate from 0 to 100"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(owner, new, typed, field, words):
    with shop_stays_as_it_is():
        page = owner.post(new, TYPED | typed)

    assert page.status_code == 422
    assert words in page.context["form"].errors[field][0]
    assert page.context["form"]["made_id"].value() == TYPED["made_id"]


def test_a_price_is_in_the_store_s_currency(db):
    shop = factories.open_shop(currency="KWD")
    owner = open_dashboard(factories.hire_person(shop, role=Role.OWNER))

    owner.post(f"/dashboard/stores/{shop.store.public_id}/items/new/", TYPED | {"price": "1.5"})

    item = Item.objects.get()
    assert item.price_minor == 1500
    page = owner.get(f"/dashboard/items/{item.public_id}/")
    assert page.context["form"]["price"].value() == "1.500"


def test_a_name_is_there_once_also_among_the_hidden(owner, shop, new):
    tea = factories.make_item(shop, name="Tea")
    white = factories.make_item(shop)

    second = owner.post(new, TYPED | {"name": "Tea"})
    renamed = owner.post(f"/dashboard/items/{white.public_id}/", TYPED | {"name": "Tea"})
    owner.post(f"/dashboard/items/{tea.public_id}/hide/")
    hidden = owner.post(new, TYPED | {"name": "Tea"})

    assert [page.status_code for page in (second, renamed, hidden)] == [409] * 3
    assert second.context["form"].errors["name"] == [
        "Another item has this name. Type another one."
    ]
    assert "A hidden item has this name." in hidden.context["form"].errors["name"][0]
    assert Item.objects.count() == 2


def test_a_bar_code_stands_for_one_item(owner, shop, new):
    owner.post(new, TYPED)
    tea = factories.make_item(shop, name="Tea")

    second = owner.post(new, TYPED | {"name": "Milk", "made_id": sign_id(NewItemForm, 3)})
    changed = owner.post(f"/dashboard/items/{tea.public_id}/", TYPED | {"name": "Tea"})

    assert [page.status_code for page in (second, changed)] == [409] * 2
    assert second.context["form"].errors["barcode"] == [
        "Flat white has this bar code. A code stands for one item."
    ]
    assert Item.objects.exclude(barcode="").count() == 1


@pytest.mark.parametrize(("typed", "shown"), [("0", "0"), ("13.50", "13.5"), ("", "")])
def test_a_rate_is_shown_as_it_was_typed(owner, shop, typed, shown):
    item = factories.make_item(shop)

    owner.post(f"/dashboard/items/{item.public_id}/", TYPED | {"vat": typed, "barcode": ""})
    page = owner.get(f"/dashboard/items/{item.public_id}/")

    assert (page.context["form"]["vat"].value(), page.context["form"]["barcode"].value()) == (
        shown,
        "",
    )


def test_an_item_is_changed(owner, shop):
    item = factories.make_item(shop)

    owner.post(f"/dashboard/items/{item.public_id}/", TYPED | {"price": "4.10", "color": ""})

    item.refresh_from_db()
    assert (item.price_minor, item.color) == (410, "")


def test_a_hidden_item_leaves_the_till_and_comes_back(owner, shop):
    item = factories.make_item(shop)

    for _ in range(2):
        owner.post(f"/dashboard/items/{item.public_id}/hide/")
    assert name_items(shop) == []
    assert "1 hidden item" in owner.get("/dashboard/items/").content.decode()
    owner.post(f"/dashboard/items/{item.public_id}/show/")
    assert name_items(shop) == ["Flat white"]


def test_items_go_up_and_down_by_what_the_page_shows(owner, shop):
    for name in ("Apple", "Bread", "Cake", "Dates"):
        factories.make_item(shop, name=name)
    (row,) = owner.get("/dashboard/items/").context["stores"]
    cake, bread = row.shelf[2], row.shelf[1]

    for _ in range(2):
        up = f"/dashboard/items/{cake.item.public_id}/sort/"
        assert owner.post(up, {"after": cake.up_after}).status_code == 302
    assert name_items(shop) == ["Apple", "Cake", "Bread", "Dates"]
    owner.post(f"/dashboard/items/{bread.item.public_id}/sort/", {"after": ""})
    assert name_items(shop) == ["Bread", "Apple", "Cake", "Dates"]
    (row,) = owner.get("/dashboard/items/").context["stores"]
    first = row.shelf[0]
    owner.post(f"/dashboard/items/{first.item.public_id}/sort/", {"after": first.down_after})
    assert name_items(shop) == ["Apple", "Bread", "Cake", "Dates"]


def test_an_item_is_not_put_behind_another_store_s(owner, shop):
    item, foreign = factories.make_item(shop), factories.make_item(factories.open_shop())

    with shop_stays_as_it_is():
        for after in (foreign.public_id, "x"):
            answer = owner.post(f"/dashboard/items/{item.public_id}/sort/", {"after": after})
            assert answer.status_code == 404


def list_shown(owner, address):
    (row,) = owner.get(address).context["stores"]
    return [shelved.item.name for shelved in row.shelf]


def test_many_items_are_shown_fifty_at_a_time_and_are_found(owner, shop):
    Item.objects.bulk_create(
        Item(
            store=shop.store,
            name=f"Bun {number:03}",
            number=f"A-{number}",
            barcode="04006381333931" if number == 77 else "",
            price_minor=100,
            position=number,
        )
        for number in range(120)
    )
    page = f"/dashboard/items/?store={shop.store.public_id}&page="
    found = Item.objects.get(name="Bun 077")

    assert list_shown(owner, page + "3") == [f"Bun {number:03}" for number in range(100, 120)]
    assert list_shown(owner, page + "99") == list_shown(owner, page + "3")
    for odd in ("0", "-1", "x", "99999999"):
        assert list_shown(owner, page + odd)[0] == "Bun 000"
    assert "51 to 100 of 120" in owner.get(page + "2").content.decode()
    for text in ("bun 077", "a-77", "4006381333931"):
        assert list_shown(owner, f"/dashboard/items/?q={text}") == ["Bun 077"]
    nothing = owner.get("/dashboard/items/?q=soup").content.decode()
    assert "No item of this store fits." in nothing
    # An item that was changed is on the page that is shown.
    assert "Bun 077" in list_shown(owner, f"/dashboard/items/?made={found.public_id}")


def test_items_go_up_and_down_from_one_page_to_the_other(owner, shop):
    for number in range(51):
        factories.make_item(shop, name=f"Bun {number:03}")
    (row,) = owner.get("/dashboard/items/").context["stores"]
    last = row.shelf[-1]

    owner.post(f"/dashboard/items/{last.item.public_id}/sort/", {"after": last.down_after})

    assert name_items(shop)[-2:] == ["Bun 050", "Bun 049"]
