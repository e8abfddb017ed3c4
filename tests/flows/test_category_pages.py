"""Categories: added, changed, sorted and removed in the dashboard, and shown on tills."""

import pytest
from django.template.loader import render_to_string

from merchants.models import Role
from pos.forms_catalogue import NewCategoryForm
from pos.models import Category, Item
from pos.queries import read_items_version
from pos.shelves import list_shelves
from pos.views.desk import show_items
from tests import factories
from tests.flows.routes import shop_stays_as_it_is
from tests.flows.steps import open_dashboard, sign_id
from tests.pos.catalogue import make_category

pytestmark = pytest.mark.django_db
TYPED = {"name": "Hot  drinks", "color": "amber", "made_id": sign_id(NewCategoryForm, 2)}


@pytest.fixture
def owner(shop):
    return open_dashboard(factories.hire_person(shop, role=Role.OWNER))


@pytest.fixture
def page(shop):
    return f"/dashboard/stores/{shop.store.public_id}/categories/"


def name_all(shop):
    named = Category.objects.filter(store=shop.store).order_by("position", "name")
    return list(named.values_list("name", flat=True))


def test_a_category_is_added_once_behind_the_others(owner, shop, page):
    make_category(shop, name="Food")

    answers = [owner.post(page, TYPED) for _ in range(2)]

    assert [answer["Location"] for answer in answers] == [page] * 2
    assert name_all(shop) == ["Food", "Hot drinks"]
    assert Category.objects.get(name="Hot drinks").color == "amber"
    assert "Hot drinks" in owner.get(page).content.decode()


def test_a_name_and_a_colour_are_changed_and_tills_learn_of_it(owner, shop):
    category = make_category(shop)
    Item.objects.filter(pk=factories.make_item(shop).pk).update(category=category)
    before = read_items_version(shop.store)

    owner.post(
        f"/dashboard/categories/{category.public_id}/", {"name": "Cold", "color": "blue"}
    )

    category.refresh_from_db()
    assert (category.name, category.color) == ("Cold", "blue")
    assert read_items_version(shop.store) != before


@pytest.mark.parametrize(
    ("typed", "status", "field", "words"),
    [
        ({"name": ""}, 422, "name", "Type the category's name, in up to 40 letters."),
        ({"name": "x" * 41}, 422, "name", "Type the category's name"),
        ({"color": "pink"}, 422, "color", "Choose one of the colours."),
        ({"name": "Food"}, 409, "name", "Another category has this name. Type another one."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(owner, shop, page, typed, status, field, words):
    make_category(shop, name="Food")
    drinks = make_category(shop, name="Drinks", position=2)

    with shop_stays_as_it_is():
        new = owner.post(page, TYPED | typed)
        old = owner.post(f"/dashboard/categories/{drinks.public_id}/", TYPED | typed)

    assert [answer.status_code for answer in (new, old)] == [status] * 2
    for answer in (new, old):
        assert words in answer.context["form"].errors[field][0]


def test_a_form_that_made_another_category_is_told_so(owner, page):
    owner.post(page, TYPED)

    answer = owner.post(page, TYPED | {"name": "Cakes"})

    assert answer.status_code == 409
    assert Category.objects.count() == 1


def test_categories_go_up_and_down_by_what_the_page_shows(owner, shop, page):
    made = {
        name: make_category(shop, name=name, position=place)
        for place, name in enumerate(["Bread", "Cakes", "Drinks"])
    }
    places = owner.get(page).context["places"]

    for _ in range(2):
        address = f"/dashboard/categories/{made['Drinks'].public_id}/sort/"
        owner.post(address, {"after": places[2]["up_after"]})
    assert name_all(shop) == ["Bread", "Drinks", "Cakes"]
    owner.post(f"/dashboard/categories/{made['Cakes'].public_id}/sort/", {"after": ""})
    assert name_all(shop) == ["Cakes", "Bread", "Drinks"]


def test_a_category_is_not_put_behind_another_store_s(owner, shop):
    mine, foreign = (
        make_category(shop),
        make_category(factories.open_shop()),
    )

    with shop_stays_as_it_is():
        for after in (foreign.public_id, "x"):
            address = f"/dashboard/categories/{mine.public_id}/sort/"
            assert owner.post(address, {"after": after}).status_code == 404
        for reference in (foreign.public_id, "ca_x"):
            assert owner.get(f"/dashboard/categories/{reference}/").status_code == 404


def test_a_removed_category_leaves_its_items(owner, shop):
    category = make_category(shop)
    Item.objects.filter(pk=factories.make_item(shop).pk).update(category=category)

    for _ in range(2):
        owner.post(f"/dashboard/categories/{category.public_id}/remove/")

    assert not Category.objects.exists()
    assert Item.objects.get().category is None


def test_the_till_shows_categories_in_their_order(shop):
    food = make_category(shop, name="Food", position=2)
    drinks = make_category(shop, name="Drinks", position=1)
    make_category(shop, name="Empty", position=3)
    for place, (name, category) in enumerate(
        [("Pie", food), ("Bread", None), ("Tea", drinks), ("Cola", drinks)], start=1
    ):
        item = factories.make_item(shop, name=name)
        Item.objects.filter(pk=item.pk).update(category=category, position=place)

    shelves = [
        (shelf.category and shelf.category.name, [item.name for item in shelf.items])
        for shelf in list_shelves(shop.store)
    ]

    assert shelves == [(None, ["Bread"]), ("Drinks", ["Tea", "Cola"]), ("Food", ["Pie"])]
    shown = render_to_string("pos/_items.html", show_items(shop.store))
    assert shown.index(f'data-shelf="{drinks.public_id}"') < shown.index(food.public_id)
    assert "Empty" not in shown
