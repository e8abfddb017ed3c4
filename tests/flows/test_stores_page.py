"""The dashboard's page of stores: what tills show, and the codes that hang there."""

import pytest
from django.test import Client

from merchants.models import Role, Store
from pos.models import CounterCode
from relay.events import list_events
from tests import factories
from tests.flows.steps import open_dashboard
from tests.snapshots import nothing_changes

pytestmark = pytest.mark.django_db
PAGE = "/dashboard/stores/"
CHANGES = [
    "/dashboard/stores/{store}/codes/",
    "/dashboard/stores/{store}/format/",
    "/dashboard/stores/{store}/close/",
    "/dashboard/stores/{store}/reopen/",
    "/dashboard/codes/{code}/revoke/",
]
SHEET = "/dashboard/codes/{code}/sheet.pdf?size=a4"


@pytest.fixture
def owner(shop):
    return open_dashboard(factories.hire_person(shop, role=Role.OWNER))


@pytest.fixture
def code(shop):
    return factories.print_code(shop)


def find_address(page, shop, code):
    return page.format(store=shop.store.public_id, code=code.public_id)


def photograph():
    return list(Store.objects.order_by("pk").values()), list(CounterCode.objects.values())


@pytest.mark.parametrize("page", [PAGE, SHEET, *CHANGES])
@pytest.mark.parametrize("who", ["stranger", "cashier", "other", "accountant"])
def test_only_those_who_manage_the_shop_change_it(shop, code, page, who):
    browser = {
        "stranger": lambda: Client(SERVER_NAME="pay.test"),
        "cashier": lambda: open_dashboard(factories.hire_person(shop, role=Role.CASHIER)),
        "other": lambda: open_dashboard(
            factories.hire_person(factories.open_shop(), role=Role.OWNER)
        ),
        "accountant": lambda: open_dashboard(factories.hire_person(shop, role=Role.ACCOUNTANT)),
    }[who]()
    path, changes = find_address(page, shop, code), page in CHANGES
    before = photograph()

    answer = browser.post(path, {"place": "x", "code_format": "emv"}) if changes else None
    answer = answer or browser.get(path)

    reads = 200 if page == PAGE else 404
    expected = {
        "stranger": 302,
        "cashier": 403,
        "other": 404 if changes else reads,
        "accountant": 403 if changes else 200,
    }
    assert answer.status_code == expected[who]
    assert photograph() == before


def test_who_only_reads_sees_the_codes_and_no_buttons(shop, code):
    accountant = open_dashboard(factories.hire_person(shop, role=Role.ACCOUNTANT))

    text = accountant.get(PAGE).content.decode()

    assert code.short_code_grouped in text
    assert "Make the code" not in text
    assert "Revoke" not in text


def test_an_owner_makes_a_code_and_prints_it(owner, shop):
    typed = {"place": "  Front  counter ", "terminal": shop.terminal.public_id, "cap": "25,00"}

    answer = owner.post(f"/dashboard/stores/{shop.store.public_id}/codes/", typed)

    code = CounterCode.objects.get()
    page = owner.get(answer["Location"].partition("#")[0])
    sheet = owner.get(f"/dashboard/codes/{code.public_id}/sheet.pdf", {"size": "a6"})
    assert answer["Location"] == f"{PAGE}?made={code.public_id}#{shop.store.public_id}"
    assert (code.place, code.terminal, code.cap_minor) == (
        "Front counter",
        shop.terminal,
        2500,
    )
    assert page.context["made"] == code.public_id
    assert code.short_code_grouped in page.content.decode()
    assert sheet.content.startswith(b"%PDF-")
    assert list_events(code.id)[0].actor.startswith("sm_")


def test_a_place_is_written_as_its_language_is(owner, shop):
    place = "\u0645\u06cc\u200c\u062e\u0648 \U0001f468\u200d\U0001f373"

    owner.post(f"/dashboard/stores/{shop.store.public_id}/codes/", {"place": place})

    assert CounterCode.objects.get().place == place


def test_the_form_sent_twice_makes_one_code(owner, shop):
    typed = {"place": "Counter", "idempotency_key": "one"}

    for _ in range(2):
        owner.post(f"/dashboard/stores/{shop.store.public_id}/codes/", typed)

    assert CounterCode.objects.get().place == "Counter"


def test_a_form_kept_by_the_browser_makes_no_other_code_and_says_so(owner, shop):
    address = f"/dashboard/stores/{shop.store.public_id}/codes/"
    owner.post(address, {"place": "Counter", "idempotency_key": "one"})

    page = owner.post(address, {"place": "Bar", "idempotency_key": "one"})

    assert page.status_code == 409
    said = "Another code was made with this form. To make this one too, press again."
    assert said in page.content.decode()
    assert 'value="Bar"' in page.content.decode()
    assert CounterCode.objects.get().place == "Counter"
    owner.post(address, {"place": "Bar", "idempotency_key": page.context["idempotency_key"]})
    assert set(CounterCode.objects.values_list("place", flat=True)) == {"Counter", "Bar"}


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"place": ""}, "place", "Say in up to 40 letters"),
        ({"place": "x" * 41}, "place", "Say in up to 40 letters"),
        ({"place": "a\x00b"}, "place", "Say in up to 40 letters"),
        ({"place": "\u200d"}, "place", "Say in up to 40 letters"),
        ({"place": "a", "cap": "lots"}, "cap", "Type an amount such as 12.50."),
        ({"place": "a", "cap": "500.01"}, "cap", "at most €500.00 a day"),
    ],
)
def test_what_cannot_be_made_is_said_beside_the_field(owner, shop, typed, field, words):
    page = owner.post(f"/dashboard/stores/{shop.store.public_id}/codes/", typed)

    assert page.status_code == 422
    assert words in page.context["refused"][field]
    assert words in page.content.decode()
    assert not CounterCode.objects.exists()


def test_a_till_of_another_store_is_every_till(owner, shop):
    other = factories.open_shop()
    typed = {"place": "a", "terminal": other.terminal.public_id}

    owner.post(f"/dashboard/stores/{shop.store.public_id}/codes/", typed)

    assert CounterCode.objects.get().terminal is None


def test_a_lost_code_is_revoked_and_prints_no_more(owner, code):
    owner.post(f"/dashboard/codes/{code.public_id}/revoke/")

    text = owner.get(PAGE).content.decode()
    code.refresh_from_db()
    assert code.is_revoked
    assert "Revoked" in text
    assert f"/dashboard/codes/{code.public_id}/sheet.pdf" not in text
    assert owner.get(SHEET.format(code=code.public_id)).status_code == 404


def test_letters_that_no_font_holds_are_named_beside_the_print_button(owner, shop):
    shop.store.name = "\u6e2f\u6e7e Kiosk \ua997"
    factories.print_code(shop)

    text = owner.get(PAGE).content.decode()

    assert "There is no font here for <bdi>\ua997</bdi>." in text


def test_a_name_that_is_drawn_in_full_needs_no_words(owner, shop):
    shop.store.name = "\u6e2f\u6e7e\u5c0f\u5e97"
    factories.print_code(shop)

    assert "There is no font here" not in owner.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("sent", "kept"), [("emv", "emv"), ("link", "link"), ("x", "link"), ("", "link")]
)
def test_the_format_of_the_tills_codes_is_chosen(owner, shop, sent, kept):
    owner.post(f"/dashboard/stores/{shop.store.public_id}/format/", {"code_format": sent})

    assert Store.objects.get(pk=shop.store.pk).code_format == kept


@pytest.mark.parametrize(("sent", "is_said"), [("emv", True), ("link", True), ("x", False)])
def test_what_was_saved_is_said(owner, shop, sent, is_said):
    address = f"/dashboard/stores/{shop.store.public_id}/format/"

    page = owner.post(address, {"code_format": sent}, follow=True)

    assert ("Saved." in page.content.decode()) is is_said
    assert page.redirect_chain[0][0].endswith(f"#{shop.store.public_id}")


def test_a_store_is_closed_and_opened_again(owner, shop):
    owner.post(f"/dashboard/stores/{shop.store.public_id}/close/")
    closed = owner.get(PAGE).content.decode()
    owner.post(f"/dashboard/stores/{shop.store.public_id}/reopen/")
    opened = owner.get(PAGE).content.decode()

    assert "The store takes no payments since" in closed
    assert "Close the store" in opened


@pytest.mark.parametrize("size", ["a5", "", "A4"])
def test_another_paper_is_not_found(owner, code, size):
    with nothing_changes():
        answer = owner.get(f"/dashboard/codes/{code.public_id}/sheet.pdf", {"size": size})

    assert answer.status_code == 404


@pytest.mark.parametrize("reference", ["x", "sc_" + "0" * 26, "st_" + "0" * 26, "\x00"])
def test_a_malformed_reference_is_not_found(owner, reference):
    for page in CHANGES:
        assert owner.post(page.format(store=reference, code=reference)).status_code == 404
