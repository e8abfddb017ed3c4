"""Sold out, counted, and for people of an age: what the till may not sell, and who is told."""

import pytest
from django.db.models import F, Sum
from django.template.loader import render_to_string

from merchants.models import Role
from pos.charges import cancel_charge, sweep_charges
from pos.forms_catalogue import CountForm, StockChangeForm
from pos.models import Charge, Item, StockMove
from pos.queries import read_items_version
from pos.views.desk import show_items
from tests import factories
from tests.flows.routes import shop_stays_as_it_is
from tests.flows.steps import open_dashboard, sign_id
from tests.snapshots import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(shop):
    return factories.hire_person(shop, role=Role.MANAGER)


@pytest.fixture
def owner(manager):
    return open_dashboard(manager)


@pytest.fixture
def cake(shop):
    return factories.make_item(shop, name="Cake", price_minor=400)


@pytest.fixture
def counted(owner, cake):
    """Return a cake of which three are left."""
    owner.post(f"/dashboard/items/{cake.public_id}/count/", {"left": "3"})
    cake.refresh_from_db()
    return cake


def ask(item, quantity=1, **more):
    return {"lines": [{"item": item.public_id, "quantity": quantity}]} | more


def read_stock(item):
    """Return how many are left, which is what its moves say."""
    item.refresh_from_db()
    moved = StockMove.objects.filter(item=item).aggregate(sum=Sum("quantity"))["sum"]
    assert moved == (item.stock or 0)
    return item.stock


def show_tiles(shop):
    return render_to_string("pos/_items.html", show_items(shop.store))


def expire(charge_id):
    Charge.objects.filter(pk=charge_id).update(expires_at=F("created_at"))


def test_what_is_sold_out_is_shown_and_refused_by_its_name(owner, till, cake, shop):
    before = read_items_version(shop.store)

    for _ in range(2):
        owner.post(f"/dashboard/items/{cake.public_id}/sold-out/")
    with nothing_changes():
        answer = till.post("charges", ask(cake))

    assert (answer.status_code, answer.json()["code"]) == (409, "item_sold_out")
    assert answer.json()["detail"] == "Cake is sold out."
    assert "data-out disabled" in show_tiles(shop)
    assert read_items_version(shop.store) != before
    owner.post(f"/dashboard/items/{cake.public_id}/on-sale/")
    assert till.post("charges", ask(cake)).status_code == 201


def test_a_sale_that_was_made_is_given_again_when_its_item_is_sold_out(owner, till, counted):
    first = till.post("charges", ask(counted, 3), key="k").json()
    assert read_stock(counted) == 0

    again = till.post("charges", ask(counted, 3), key="k")
    owner.post(f"/dashboard/items/{counted.public_id}/sold-out/")
    third = till.post("charges", ask(counted, 3), key="k")

    assert [each.json()["id"] for each in (again, third)] == [first["id"]] * 2
    assert read_stock(counted) == 0


def test_a_charge_takes_its_pieces_and_returns_them_unpaid(till, shop, counted):
    charge = till.post("charges", ask(counted, 2)).json()
    assert read_stock(counted) == 1

    with nothing_changes():
        answer = till.post("charges", ask(counted, 2))
    assert answer.json()["detail"] == "Only 1 of Cake is left."
    for _ in range(2):
        till.post(f"charges/{charge['id']}/cancel")

    assert read_stock(counted) == 3
    kinds = StockMove.objects.order_by("id").values_list("kind", "quantity", "left")
    assert list(kinds) == [("count", 3, 3), ("sale", -2, 1), ("ended", 2, 3)]


def test_an_expired_charge_returns_its_pieces_swept_or_asked_for(till, counted):
    for _ in range(2):
        till.post("charges", ask(counted))
    first, second = Charge.objects.order_by("id")
    expire(first.id)
    sweep_charges()
    assert read_stock(counted) == 2

    # Not swept yet, and somebody wants all three.
    expire(second.id)
    assert till.post("charges", ask(counted, 3)).status_code == 201
    assert read_stock(counted) == 0
    sweep_charges()
    assert read_stock(counted) == 0


def test_what_is_paid_is_gone_and_a_refund_returns_none(shop, customer, counted):
    charge = factories.sell_items(shop, customer, [(counted, 2), (counted, 1)])

    factories.refund(shop, charge)

    assert read_stock(counted) == 0


def test_an_item_counted_no_more_takes_nothing_back(owner, shop, counted):
    charge = factories.open_items(shop, [(counted, 2)])

    for _ in range(2):
        owner.post(f"/dashboard/items/{counted.public_id}/count/stop/")
    cancel_charge(charge.id, principal=shop.till)

    assert read_stock(counted) is None


def test_an_owner_s_corrections_stay_with_who_and_when(owner, manager, counted):
    page = f"/dashboard/items/{counted.public_id}/count/"
    change = {
        "by": "\N{MINUS SIGN}2",
        "note": "fell down",
        "made_id": sign_id(StockChangeForm, 4),
    }
    recount = {"left": "\N{ARABIC-INDIC DIGIT SEVEN}", "made_id": sign_id(CountForm, 5)}

    for _ in range(2):
        owner.post(f"{page}change/", change)
    assert read_stock(counted) == 1
    for _ in range(2):
        owner.post(page, recount)

    assert read_stock(counted) == 7
    moves = owner.get(page).context["moves"]
    assert [(move.signed, move.left, move.note) for move in moves] == [
        ("+6", 7, ""),
        ("\N{MINUS SIGN}2", 1, "fell down"),
        ("+3", 3, ""),
    ]
    assert {move.staff for move in moves} == {manager}


@pytest.mark.parametrize(
    ("way", "typed", "status", "words"),
    [
        ("", {"left": ""}, 422, "Type a whole number such as 12."),
        ("", {"left": "1.5"}, 422, "Type a whole number such as 12."),
        ("", {"left": "-1"}, 422, "Type a whole number such as 12."),
        ("", {"left": "1000001"}, 422, "A count is at most a million."),
        ("change/", {"by": "0"}, 422, "Type how many came or went."),
        ("change/", {"by": "-4"}, 409, "Only 3 are left, and no more can be taken away."),
        ("change/", {"by": "+1000000"}, 409, "A count is at most a million."),
        ("change/", {"by": "2", "note": "x" * 141}, 422, "Say why in up to 140 letters"),
    ],
)
def test_a_count_that_cannot_be_is_refused(owner, counted, way, typed, status, words):
    with shop_stays_as_it_is():
        answer = owner.post(f"/dashboard/items/{counted.public_id}/count/{way}", typed)

    assert answer.status_code == status
    assert words in answer.content.decode()
    assert read_stock(counted) == 3


def test_a_form_that_counted_otherwise_is_told_so(owner, counted):
    page = f"/dashboard/items/{counted.public_id}/count/"
    for way, form, (first, second) in (
        ("", CountForm, ({"left": "5"}, {"left": "6"})),
        ("change/", StockChangeForm, ({"by": "1"}, {"by": "2"})),
    ):
        made = {"made_id": sign_id(form, len(way))}
        owner.post(page + way, first | made)
        assert owner.post(page + way, second | made).status_code == 409

    assert read_stock(counted) == 6


@pytest.mark.parametrize(
    ("confirmed", "status"), [(None, 422), (17, 422), (18, 201), (99, 201)]
)
def test_an_item_for_older_people_wants_their_age(till, shop, cake, confirmed, status):
    Item.objects.update(min_age=18)
    more = {} if confirmed is None else {"age_confirmed": confirmed}

    answer = till.post("charges", ask(cake, **more))

    assert answer.status_code == status
    if status == 422:
        assert answer.json()["code"] == "age_unconfirmed"
        assert answer.json()["detail"].startswith("Cake is for people of 18 or older.")
    assert 'data-age="18"' in show_tiles(shop)
