"""Row 1 of a charge's life: the till creates it."""

import pytest
from django.utils import timezone

from merchants.onboarding import open_store
from pos.models import Charge, ChargeLine
from relay.events import list_events
from tests import factories
from tests.conftest import Api
from tests.snapshots import nothing_changes

pytestmark = pytest.mark.django_db
FIVE_EURO = {"amount_minor": 500, "currency": "EUR"}


def test_a_charge_is_open_for_five_minutes(till, shop):
    body = {"amount": FIVE_EURO, "reference": "A-17", "description": "Flat white"}

    answer = till.post("charges", body)

    charge = Charge.objects.get()
    shown = answer.json()
    assert answer.status_code == 201
    assert shown["id"] == charge.public_id
    assert shown["status"] == "open"
    assert shown["version"] == 1
    assert shown["amount"] == FIVE_EURO
    assert shown["refunded"] == {"amount_minor": 0, "currency": "EUR"}
    assert (shown["reference"], shown["description"]) == ("A-17", "Flat white")
    assert shown["link"].startswith("HTTP://PAY.TEST/P/")
    assert shown["check_word"] == charge.check_word
    assert shown["store"] == shop.store.public_id
    assert shown["terminal"] == shop.terminal.public_id
    assert (shown["captured_at"], shown["payer"], shown["receipt"]) == (None, None, None)
    assert 299 < (charge.expires_at - timezone.now()).total_seconds() <= 300


def test_a_charge_is_shown_by_get_as_by_post(till):
    created = till.post("charges", {"amount": FIVE_EURO}).json()

    shown = till.get(f"charges/{created['id']}").json()

    assert [shown.pop(name) for name in ("lines", "vat", "discounts")] == [[], [], []]
    assert (shown.pop("cash"), shown.pop("receipt_number")) == (None, None)
    del shown["server_time"], created["server_time"]
    assert shown == created


def test_the_server_works_the_amount_out_from_the_items(till, shop):
    coffee = factories.make_item(shop, name="Flat white", price_minor=380)
    cake = factories.make_item(shop, name="Cake", price_minor=450)
    lines = [
        {"item": coffee.public_id, "quantity": 2},
        {"item": cake.public_id, "quantity": 1, "note": "well done"},
    ]

    created = till.post("charges", {"lines": lines}).json()

    assert created["amount"] == {"amount_minor": 1210, "currency": "EUR"}
    assert till.get(f"charges/{created['id']}").json()["lines"] == [
        {
            "name": "Flat white",
            "quantity": 2,
            "unit_price": {"amount_minor": 380, "currency": "EUR"},
            "discount": {"amount_minor": 0, "currency": "EUR"},
            "total": {"amount_minor": 760, "currency": "EUR"},
            "note": "",
            "choices": "",
        },
        {
            "name": "Cake",
            "quantity": 1,
            "unit_price": {"amount_minor": 450, "currency": "EUR"},
            "discount": {"amount_minor": 0, "currency": "EUR"},
            "total": {"amount_minor": 450, "currency": "EUR"},
            "note": "well done",
            "choices": "",
        },
    ]


def test_a_price_that_changes_later_changes_no_charge(till, shop):
    item = factories.make_item(shop, price_minor=380)
    created = till.post("charges", {"lines": [{"item": item.public_id, "quantity": 1}]}).json()

    item.price_minor = 999
    item.save()

    assert till.get(f"charges/{created['id']}").json()["amount"]["amount_minor"] == 380
    assert ChargeLine.objects.get().unit_price_minor == 380


def test_a_right_amount_may_come_with_the_items(till, shop):
    item = factories.make_item(shop, price_minor=250)
    lines = [{"item": item.public_id, "quantity": 2}]

    answer = till.post("charges", {"lines": lines, "amount": FIVE_EURO})

    assert answer.status_code == 201


def test_an_amount_of_its_own_is_a_line_beside_the_items(till, shop):
    coffee = factories.make_item(shop, name="Flat white", price_minor=380)
    lines = [{"item": coffee.public_id, "quantity": 2}, {"amount_minor": 480}]
    wrapped = [*lines, {"amount_minor": 100, "name": "Gift wrap", "quantity": 2}]

    created = till.post("charges", {"lines": lines}).json()
    named = till.post("charges", {"lines": wrapped}).json()

    assert created["amount"]["amount_minor"] == 1240
    assert named["amount"]["amount_minor"] == 1440
    shown = till.get(f"charges/{named['id']}").json()["lines"]
    assert [
        (line["name"], line["quantity"], line["unit_price"]["amount_minor"]) for line in shown
    ] == [
        ("Flat white", 2, 380),
        ("Custom amount", 1, 480),
        ("Gift wrap", 2, 100),
    ]


def test_a_line_is_an_item_or_an_amount(till, shop):
    coffee = factories.make_item(shop)
    line = {"item": coffee.public_id, "quantity": 1, "amount_minor": 100}

    with nothing_changes():
        answer = till.post("charges", {"lines": [line]})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "lines.0.item"


def test_an_amount_from_the_browser_is_not_believed(till, shop):
    item = factories.make_item(shop, price_minor=380)
    lines = [{"item": item.public_id, "quantity": 2}]

    with nothing_changes():
        answer = till.post("charges", {"lines": lines, "amount": FIVE_EURO})

    assert answer.status_code == 422
    assert answer.json()["code"] == "amount_mismatch"
    assert answer.json()["detail"] == "The items add up to €7.60, not to the amount sent."
    assert answer.json()["errors"][0]["field"] == "amount.amount_minor"


def test_items_that_add_up_to_too_much_are_refused(till, shop):
    item = factories.make_item(shop, price_minor=999_999_999_999)

    with nothing_changes():
        answer = till.post("charges", {"lines": [{"item": item.public_id, "quantity": 2}]})

    assert answer.status_code == 422
    assert answer.json()["code"] == "amount_too_large"


@pytest.mark.parametrize("which", ["another store's", "withdrawn", "unknown", "malformed"])
def test_an_item_the_store_does_not_sell_is_refused(till, shop, which):
    item = factories.make_item(shop if which == "withdrawn" else factories.open_shop())
    item.is_active = which != "withdrawn"
    item.save()
    wanted = {"unknown": "it_" + "0" * 26, "malformed": "coffee"}.get(which, item.public_id)

    with nothing_changes():
        answer = till.post("charges", {"lines": [{"item": wanted, "quantity": 1}]})

    assert answer.status_code == 422
    assert answer.json()["code"] == "item_unknown"
    assert answer.json()["errors"][0]["field"] == "lines"


def test_the_store_s_currency_is_the_only_one(till):
    with nothing_changes():
        answer = till.post("charges", {"amount": {"amount_minor": 500, "currency": "USD"}})

    assert answer.status_code == 422
    assert answer.json()["code"] == "currency_mismatch"
    assert answer.json()["errors"][0]["field"] == "amount.currency"


def test_a_charge_has_no_fee_before_it_is_paid(till, shop):
    created = till.post("charges", {"amount": {"amount_minor": 250, "currency": "EUR"}}).json()

    assert Charge.objects.get(short_code=created["short_code"]).fee_minor == 0


def test_a_merchant_s_server_charges_for_one_of_its_stores(shop):
    second = open_store(shop.merchant, name="Second", currency="EUR")
    server = Api(shop.key)

    first = server.post("charges", {"amount": FIVE_EURO}).json()
    other = server.post("charges", {"amount": FIVE_EURO, "store": second.public_id}).json()

    assert (first["store"], first["terminal"]) == (shop.store.public_id, None)
    assert (other["store"], other["terminal"]) == (second.public_id, None)
    assert [each["id"] for each in server.get("charges").json()["data"]] == [
        other["id"],
        first["id"],
    ]


@pytest.mark.parametrize("whose", ["till", "server"])
def test_another_merchant_s_store_is_refused_like_an_unknown_one(shop, whose):
    stranger = factories.open_shop()
    api = Api(shop.token if whose == "till" else shop.key)

    with nothing_changes():
        foreign = api.post("charges", {"amount": FIVE_EURO, "store": stranger.store.public_id})
        unknown = api.post("charges", {"amount": FIVE_EURO, "store": "st_" + "0" * 26})

    assert foreign.status_code == 400
    assert foreign.json() == unknown.json()
    assert foreign.json()["errors"][0]["field"] == "store"


def test_a_till_may_name_its_own_store(till, shop):
    answer = till.post("charges", {"amount": FIVE_EURO, "store": shop.store.public_id})

    assert answer.status_code == 201


def test_creating_is_told_in_the_feed(till, shop):
    till.post("charges", {"amount": FIVE_EURO})

    charge = Charge.objects.get()
    (event,) = list_events(charge.id)
    assert (event.kind, event.feed) == ("charge.created", shop.merchant.id)
    assert event.actor == shop.terminal.public_id
    assert event.facts == {"version": 1, "amount_minor": 500, "currency": "EUR"}


def test_the_code_s_pictures_are_given(till):
    created = till.post("charges", {"amount": FIVE_EURO}).json()

    svg = till.client.get(created["qr_svg"], headers={"Authorization": f"Bearer {till.secret}"})
    png = till.client.get(created["qr_png"], headers={"Authorization": f"Bearer {till.secret}"})

    assert (svg.status_code, svg["Content-Type"]) == (200, "image/svg+xml")
    assert svg.content.startswith(b"<svg ")
    assert (png.status_code, png["Content-Type"]) == (200, "image/png")
    assert png.content.startswith(b"\x89PNG")
    assert png["Cache-Control"] == "private, max-age=7200, immutable"
