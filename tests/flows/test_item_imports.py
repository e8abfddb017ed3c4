"""Lists of items, sent in the dashboard: checked, written whole or not at all, sent again."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F

from merchants.models import Role
from pos.forms_catalogue import ItemListForm
from pos.item_imports import TRIES_MAX, run_due_imports
from pos.models import Category, Item, ItemImport, StockMove
from tests import factories
from tests.flows.steps import open_dashboard, sign_id
from tests.pos.catalogue import send_list

pytestmark = pytest.mark.django_db
LIST = (
    b"number;name;price;category;stock\r\n"
    b"1;Tea;2,50;Drinks;10\r\n2;Bun;1,20;Food;\r\n3;Cola;3;Drinks;\r\n"
)


@pytest.fixture
def owner(shop):
    return open_dashboard(factories.hire_person(shop, role=Role.OWNER))


@pytest.fixture
def page(shop):
    return f"/dashboard/stores/{shop.store.public_id}/import/"


def send(owner, page, content, number=2, name="items.csv"):
    file = {} if content is None else {"file": SimpleUploadedFile(name, content)}
    return owner.post(page, {"made_id": sign_id(ItemListForm, number), **file})


def write(owner, page, content, number=2):
    """Send a list, have it checked and written; return it."""
    address = send(owner, page, content, number)["Location"]
    run_due_imports()
    owner.post(f"{address}apply/")
    run_due_imports()
    return ItemImport.objects.latest("id")


def test_a_list_is_checked_and_written_when_the_owner_says_so(owner, shop, page):
    factories.make_item(shop, name="Tea", price_minor=200)

    address = send(owner, page, LIST)["Location"]
    assert "Being checked" in owner.get(address).content.decode()
    run_due_imports()
    shown = owner.get(address).context["sent"]
    assert (shown.new_count, shown.changed_count, shown.bad_count) == (2, 1, 0)
    assert Item.objects.count() == 1

    for _ in range(2):
        owner.post(f"{address}apply/")
        run_due_imports()

    assert "The list is written." in owner.get(address).content.decode()
    items = Item.objects.order_by("position", "name")
    assert [(item.name, item.price_minor, str(item.category)) for item in items] == [
        ("Tea", 250, "Drinks"),
        ("Bun", 120, "Food"),
        ("Cola", 300, "Drinks"),
    ]
    assert Category.objects.count() == 2
    # It was there: its count is not the list's to say.
    assert Item.objects.get(name="Tea").stock is None


def test_a_list_sent_twice_changes_nothing_the_second_time(owner, page):
    write(owner, page, LIST)
    before = list(Item.objects.order_by("pk").values())
    moves = list(StockMove.objects.values_list("kind", "quantity"))

    again = write(owner, page, LIST, number=3)

    assert (again.new_count, again.changed_count, again.same_count) == (0, 0, 3)
    assert list(Item.objects.order_by("pk").values()) == before
    assert moves == [("count", 10)]
    assert list(StockMove.objects.values_list("kind", "quantity")) == moves


def test_what_is_downloaded_is_the_store(owner, shop, page):
    write(owner, page, LIST)
    before = list(Item.objects.order_by("pk").values())
    export = owner.get(
        f"/dashboard/stores/{shop.store.public_id}/items.csv", headers={"Accept-Language": "de"}
    )
    content = b"".join(export.streaming_content)

    again = write(owner, page, content, number=3)

    assert content.startswith("\ufeffnumber;name;price;".encode())
    assert b"'1;Tea;2,50;Drinks;" in content
    assert (again.new_count, again.changed_count, again.same_count) == (0, 0, 3)
    assert list(Item.objects.order_by("pk").values()) == before


def test_a_list_with_bad_rows_writes_none(owner, page):
    address = send(owner, page, LIST + b"4;Pie;1,234;;\r\n;;;;x\r\n")["Location"]
    run_due_imports()

    owner.post(f"{address}apply/")
    run_due_imports()

    shown = owner.get(address)
    places = [(each.line, each.column) for each in shown.context["problems"]]
    assert places == [(5, "price"), (6, "name"), (6, "price"), (6, "stock")]
    assert "can be read in two ways" in shown.content.decode()
    assert shown.context["sent"].bad_count == 2
    assert Item.objects.count() == 0


def test_what_is_no_list_is_told_on_its_page(owner, page):
    address = send(owner, page, b"Artikel;Preis\r\nTee;1\r\n")["Location"]
    run_due_imports()

    assert "There is no column “Artikel”" in owner.get(address).content.decode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "Choose a file with items."),
        (b"", "Choose a file with items."),
        (b"x" * (5 * 2**20 + 1), "This file is larger than 5 MB."),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_beside_its_field(owner, page, content, words):
    answer = send(owner, page, content)

    assert answer.status_code == 422
    assert words in answer.context["form"].errors["file"][0]
    assert not ItemImport.objects.exists()


def test_the_same_form_sends_one_list(owner, page):
    first, again = (send(owner, page, LIST) for _ in range(2))
    other = send(owner, page, LIST, name="other.csv")

    assert first["Location"] == again["Location"]
    assert other.status_code == 409
    assert ItemImport.objects.count() == 1


def test_items_that_were_changed_since_the_check_refuse_the_list(owner, shop, page):
    address = send(owner, page, LIST)["Location"]
    run_due_imports()
    tea = factories.make_item(shop, name="Tea")
    Item.objects.filter(pk=tea.pk).update(number="77")

    owner.post(f"{address}apply/")
    run_due_imports()

    assert "The items were changed since" in owner.get(address).content.decode()
    assert Item.objects.count() == 1


def test_a_list_whose_worker_died_is_read_again_and_at_last_given_up(owner, page):
    address = send(owner, page, LIST)["Location"]
    ItemImport.objects.update(tries=TRIES_MAX - 1)
    run_due_imports()
    assert ItemImport.objects.get().checked_at is not None

    owner.post(f"{address}apply/")
    ItemImport.objects.update(tries=TRIES_MAX)
    run_due_imports()

    assert "for a reason of ours" in owner.get(address).content.decode()
    assert Item.objects.count() == 0


def test_a_lease_that_is_held_elsewhere_is_left_alone(owner, page):
    send(owner, page, LIST)
    ItemImport.objects.update(leased_until=F("sent_at") + timedelta(hours=1), tries=1)

    run_due_imports()

    assert ItemImport.objects.get().checked_at is None


def test_another_store_s_list_is_not_there(owner):
    foreign = send_list(factories.open_shop())

    for reference in (foreign.public_id, "im_x"):
        assert owner.get(f"/dashboard/imports/{reference}/").status_code == 404
