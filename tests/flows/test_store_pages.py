"""Stores in the dashboard: opened, renamed, moved, and their hours."""

from datetime import time

import pytest

from identity.models import User
from merchants.forms_stores import NewStoreForm
from merchants.models import Role, Store, StoreAddress
from merchants.onboarding import hire, open_merchant
from merchants.stores import read_hours
from tests import factories
from tests.flows.routes import shop_stays_as_it_is
from tests.flows.steps import open_dashboard, sign_id

pytestmark = pytest.mark.django_db
NEW = "/dashboard/stores/new/"
TYPED = {
    "name": "  Harbour   Kiosk ",
    "street": "Quay Street",
    "building_number": "12",
    "postcode": "D02 X285",
    "town": "Dublin",
    "country": "IE",
}
NEW_TYPED = TYPED | {"currency": "EUR", "made_id": sign_id(NewStoreForm, 1)}


@pytest.fixture
def owner(shop):
    return open_dashboard(factories.hire_person(shop, role=Role.OWNER))


@pytest.fixture
def page(shop):
    return f"/dashboard/stores/{shop.store.public_id}/"


def test_a_store_is_opened_with_its_address_and_accounts(owner, shop):
    answer = owner.post(NEW, NEW_TYPED)

    store = Store.objects.exclude(pk=shop.store.pk).get()
    assert answer["Location"] == f"/dashboard/stores/#{store.public_id}"
    assert (store.name, store.currency) == ("Harbour Kiosk", "EUR")
    assert (store.street, store.city) == ("12 Quay Street", "Dublin")
    assert (store.address.postcode, store.address.country) == ("D02 X285", "IE")
    assert store.takings_account.kind == "takings"
    assert "Harbour Kiosk" in owner.get("/dashboard/stores/").content.decode()


@pytest.mark.parametrize(
    ("country", "line"), [("IE", "12 Quay Street"), ("DE", "Quay Street 12")]
)
def test_an_address_is_written_as_its_country_does(owner, shop, page, country, line):
    owner.post(page, TYPED | {"country": country})

    shop.store.refresh_from_db()
    assert shop.store.street == line


def test_the_form_sent_twice_opens_one_store(owner, shop):
    for _ in range(2):
        assert owner.post(NEW, NEW_TYPED).status_code == 302

    assert Store.objects.filter(merchant=shop.merchant).count() == 2


def test_a_form_kept_by_the_browser_opens_no_other_store_and_says_so(owner, shop):
    owner.post(NEW, NEW_TYPED)

    page = owner.post(NEW, NEW_TYPED | {"name": "Pier"})

    assert page.status_code == 409
    assert "Something else was made with this form already." in page.content.decode()
    assert 'value="Pier"' in page.content.decode()
    again = page.context["form"]["made_id"].value()
    assert owner.post(NEW, NEW_TYPED | {"name": "Pier", "made_id": again}).status_code == 302
    assert Store.objects.filter(merchant=shop.merchant).count() == 3


def test_an_id_of_another_merchant_s_store_opens_one_s_own(owner, shop):
    stranger = factories.open_shop()

    answer = owner.post(NEW, NEW_TYPED | {"made_id": NewStoreForm.sign_id(stranger.store.id)})

    assert answer.status_code == 302
    assert Store.objects.filter(merchant=shop.merchant).count() == 2
    stranger.store.refresh_from_db()
    assert stranger.store.merchant == stranger.merchant


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"name": ""}, "name", "Type the name that customers know"),
        ({"name": "x" * 81}, "name", "in up to 80 letters"),
        ({"name": "a\x00b"}, "name", "Type the name"),
        ({"street": " "}, "street", "Type the street"),
        ({"building_number": "1" * 17}, "building_number", "number of the building"),
        ({"postcode": ""}, "postcode", "Type the postcode"),
        ({"town": ""}, "town", "Type the town"),
        ({"country": "XX"}, "country", "Choose the country."),
        ({"currency": "USD"}, "currency", "Choose the currency."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_stays(owner, typed, field, words):
    with shop_stays_as_it_is():
        page = owner.post(NEW, NEW_TYPED | typed)

    assert page.status_code == 422
    assert words in page.context["form"].errors[field][0]
    text = page.content.decode()
    assert f'id="id_{field}_error"' in text
    assert 'value="12"' in text or field == "building_number"
    assert text.count("autofocus") == 1


def test_a_country_without_postcodes_needs_none(owner, shop, page):
    owner.post(page, TYPED | {"country": "AE", "postcode": ""})

    assert StoreAddress.objects.get(store=shop.store).country == "AE"


def test_a_store_without_parts_of_an_address_shows_the_lines_it_has(owner, shop, page):
    form = owner.get(page).context["form"]

    assert form["street"].value() == "12 Quay Street"
    assert form["country"].value() == "IE"


def test_a_renamed_store_keeps_its_printed_codes(owner, shop, page):
    code = factories.print_code(shop)

    owner.post(page, TYPED)

    code.refresh_from_db()
    shop.store.refresh_from_db()
    assert (shop.store.name, code.name) == ("Harbour Kiosk", shop.merchant.name)


def test_hours_are_written_and_shown_again(owner, shop, page):
    owner.post(f"{page}hours/", {"opens_0": "08:30", "closes_0": "17:00", "opens_4": ""})
    owner.post(f"{page}hours/", {"opens_0": "09:00", "closes_0": "02:00"})

    hours = read_hours(shop.store)
    assert hours[0] == (time(9), time(2))
    assert [hours[day] for day in range(1, 7)] == [None] * 6
    assert 'value="09:00"' in owner.get(page).content.decode()


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"opens_0": "08:00"}, "closes_0", "Type both times of the day, or none."),
        ({"closes_3": "08:00"}, "opens_3", "Type both times of the day, or none."),
        ({"opens_0": "8 Uhr", "closes_0": "9:00"}, "opens_0", "Type a time such as 08:30."),
        ({"opens_0": "08:00", "closes_0": "08:00"}, "closes_0", "Type another time"),
    ],
)
def test_hours_that_cannot_be_are_refused_and_stay(owner, shop, page, typed, field, words):
    with shop_stays_as_it_is():
        answer = owner.post(f"{page}hours/", typed)

    assert answer.status_code == 422
    assert words in answer.context["hours"].errors[field][0]
    assert words in answer.content.decode()


def test_an_empty_shop_leads_to_its_first_store(db):
    merchant = open_merchant("Empty", country="DE", time_zone="Europe/Berlin")
    user = User.objects.create(name="Owner", email="owner@empty.test")
    browser = open_dashboard(hire(merchant, user, role=Role.OWNER))

    assert NEW in browser.get("/dashboard/stores/").content.decode()
    assert browser.get(NEW).context["form"]["country"].value() == "DE"
