"""VAT of sales: by the store's rule of that moment, with its own table for each refund."""

import pytest
from django.core import mail
from django.test import Client

from merchants.models import Role, Store
from pos.models import Charge, ChargeLine, Item
from pos.receipts import issue_receipts
from pos.subtotals import read_subtotals
from qr.links import encode_token
from tests import factories
from tests.flows.steps import euros, open_dashboard
from tests.snapshots import nothing_changes

pytestmark = pytest.mark.django_db
MINUS = "\N{MINUS SIGN}"


def rule(mode, default=None):
    Store.objects.update(vat_mode=mode, vat_default_bps=default)


def make_item(shop, name, price_minor, vat_bps=None):
    return Item.objects.create(
        store=shop.store, name=name, price_minor=price_minor, vat_bps=vat_bps
    )


def sell(till, phone, body):
    created = till.post("charges", body)
    assert created.status_code == 201, created.json()
    claim = phone.post("wallet/claims", {"payload": created.json()["link"]}).json()
    amount_minor = created.json()["amount"]["amount_minor"]
    phone.post("wallet/payments", {"claim": claim["id"], "amount_minor": amount_minor})
    return till.get(f"charges/{created.json()['id']}").json()


def read_table(answer):
    return [
        (row["rate_bps"], row["net_minor"], row["vat_minor"], row["gross_minor"])
        for row in answer["vat"]
    ]


@pytest.fixture
def basket(shop):
    """An item at 9 %, one without a rate of its own, and an amount beside them."""
    cake = make_item(shop, "Cake", 333, 900)
    cup = make_item(shop, "Cup", 250)
    return [
        {"item": cake.public_id, "quantity": 2},
        {"item": cup.public_id, "quantity": 1},
        {"amount_minor": 100},
    ]


def test_prices_with_vat_hold_it(till, phone, basket):
    rule("included", 2300)

    sold = sell(till, phone, {"lines": basket})

    assert sold["amount"] == euros(1016)
    assert read_table(sold) == [(900, 611, 55, 666), (2300, 285, 65, 350)]


def test_prices_without_vat_have_it_on_top(till, phone, basket):
    rule("excluded", 2300)
    wrong = till.post("charges", {"lines": basket, "amount": euros(1016)})

    sold = sell(till, phone, {"lines": basket, "amount": euros(1157)})

    assert (wrong.status_code, wrong.json()["code"]) == (422, "amount_mismatch")
    assert read_table(sold) == [(900, 666, 60, 726), (2300, 350, 81, 431)]
    added = ChargeLine.objects.values_list("added_vat_minor", flat=True)
    assert list(added) == [60, 58, 23]


def test_a_shop_without_vat_says_nothing_of_it(till, phone, basket):
    rule("none", 2300)

    sold = sell(till, phone, {"lines": basket})

    assert (sold["amount"], sold["vat"]) == (euros(1016), [])
    charge = Charge.objects.get()
    issue_receipts([charge.id])
    page = Client().get(f"/r/{encode_token(charge.receipt_token).lower()}/").content.decode()
    assert "VAT" not in page


@pytest.mark.parametrize("mode", ["included", "excluded"])
def test_an_amount_is_what_is_paid(till, phone, mode):
    rule(mode, 2300)

    sold = sell(till, phone, {"amount": euros(1230)})

    assert sold["amount"] == euros(1230)
    assert read_table(sold) == [(2300, 1000, 230, 1230)]


def test_a_later_rule_changes_nothing_that_was_sold(till, phone, shop, basket):
    rule("excluded", 2300)
    whole = sell(till, phone, {"lines": basket})
    plain = sell(till, phone, {"amount": euros(1230)})

    rule("none")
    Item.objects.update(vat_bps=0)

    for sold in (whole, plain):
        shown = till.get(f"charges/{sold['id']}").json()
        assert shown["vat"] == sold["vat"]
    assert [
        (row.percent, row.vat_minor) for row in read_subtotals(factories.settle(shop)).rates
    ] == [
        ("23", 311),
        ("9", 60),
    ]


def test_a_refund_has_its_own_table_on_receipt_mail_and_api(till, phone, shop, basket):
    rule("excluded", 2300)
    sold = sell(till, phone, {"lines": basket})
    charge = Charge.objects.get()
    issue_receipts([charge.id])

    first = till.post(f"charges/{sold['id']}/refunds", {"amount": euros(500)}).json()
    rest = till.post(f"charges/{sold['id']}/refunds", {}).json()

    assert read_table(first) == [(900, 288, 26, 314), (2300, 151, 35, 186)]
    assert read_table(rest) == [(900, 378, 34, 412), (2300, 199, 46, 245)]
    page = Client().get(f"/r/{encode_token(charge.receipt_token).lower()}/").content.decode()
    assert page.count("VAT given back,") == 2
    assert f"<bdi>{MINUS}€0.26</bdi>" in page
    assert "VAT is rounded once for each rate of a receipt." in page
    assert "VAT 9 %: net €6.66, VAT €0.60, gross €7.26" in mail.outbox[0].body
    rates = read_subtotals(factories.settle(shop)).rates
    assert [(row.sales_minor, row.refunds_minor, row.vat_minor) for row in rates] == [
        (431, 431, 0),
        (726, 726, 0),
    ]


def test_the_rule_is_set_on_a_page_of_the_store(shop):
    owner = open_dashboard(factories.hire_person(shop, role=Role.OWNER))
    page = f"/dashboard/stores/{shop.store.public_id}/prices/"
    wish = {"vat_mode": "excluded", "vat_default": "13,5", "asks_tips": "on"}
    tips = {"tip_low": "5", "tip_middle": "10", "tip_high": "15", "tip_max": "50"}

    shown = owner.get(page).content.decode()
    saved = owner.post(page, wish | tips)

    assert "Usual here are 23 · 13.5 · 9 · 4.8 · 0 %" in shown
    assert saved["Location"] == f"{page}?saved=1"
    store = Store.objects.get(pk=shop.store.pk)
    assert (store.vat_mode, store.vat_default_bps, store.asks_tips) == ("excluded", 1350, True)


@pytest.mark.parametrize(
    ("field", "typed", "refusal"),
    [
        ("vat_mode", "twice", "Choose how prices are told."),
        ("vat_default", "101", "Type a rate from 0 to 100, such as 13.5."),
        ("tip_low", "", "Type a part, such as 10."),
        ("tip_low", "0", "Type a part above 0."),
        ("tip_middle", "5", "Type more than the offer before it."),
        ("tip_high", "9", "Type more than the offer before it."),
        ("tip_max", "14", "Type at least the third offer."),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(shop, field, typed, refusal):
    owner = open_dashboard(factories.hire_person(shop, role=Role.OWNER))
    form = {"vat_mode": "included", "vat_default": "", "tip_low": "5", "tip_middle": "10"}
    form |= {"tip_high": "15", "tip_max": "50"} | {field: typed}

    with nothing_changes():
        answer = owner.post(f"/dashboard/stores/{shop.store.public_id}/prices/", form)

    assert answer.status_code == 422
    assert refusal in answer.content.decode()
