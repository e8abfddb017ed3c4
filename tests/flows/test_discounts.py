"""Discounts: recomputed by the server, capped, allowed by a manager, and on every paper."""

import pypdfium2
import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from merchants.models import Role
from pos.discount_rules import Reason, choose_discounts
from pos.models import Approval, Charge, ChargeDiscount
from pos.receipts import issue_receipts
from pos.terminals import offer_pairing
from qr.links import encode_token
from tests import factories
from tests.flows.routes import employ
from tests.flows.steps import unlock
from tests.snapshots import nothing_changes

pytestmark = pytest.mark.django_db
HALF = {"percent_bps": 5000, "reason": "Last one"}


@pytest.fixture
def coffee(shop):
    return factories.make_item(shop, name="Flat white", price_minor=380)


@pytest.fixture
def lines(coffee):
    return [{"item": coffee.public_id, "quantity": 2}, {"amount_minor": 240}]


@pytest.fixture
def manager(shop):
    return factories.hire_person(shop, role=Role.MANAGER, name="Mia Manager")


@pytest.fixture
def device(shop):
    """Pair a device, with a cashier at it."""
    browser = Client(SERVER_NAME="pay.test")
    browser.post("/till/pair/", {"code": offer_pairing(shop.terminal)})
    unlock(browser, factories.hire_person(shop, name="Nora Cashier"))
    return browser


def charge_at(device, body, *, key):
    return device.post(
        "/api/v1/charges",
        body,
        content_type="application/json",
        headers={"Idempotency-Key": key},
    )


def allow(device, manager, *, pin=factories.PIN, most_bps=5000):
    typed = {"manager": str(manager.id), "pin": pin, "most_bps": most_bps}
    return device.post("/till/approve/", typed)


def test_the_server_takes_discounts_off(till, lines):
    lines[0]["discount"] = {"percent_bps": 1000}

    created = till.post(
        "charges", {"lines": lines, "discount": {"amount_minor": 100, "reason": "Late"}}
    ).json()

    shown = till.get(f"charges/{created['id']}").json()
    assert created["amount"]["amount_minor"] == 760 - 76 + 240 - 100
    assert [line["total"]["amount_minor"] for line in shown["lines"]] == [610, 214]
    assert [
        (each["line"], each["percent_bps"], each["amount"]["amount_minor"], each["reason"])
        for each in shown["discounts"]
    ] == [(0, 1000, 76, ""), (None, None, 100, "Late")]


@pytest.mark.parametrize(
    ("discount", "code"),
    [
        ({"amount_minor": 1001}, "discount_too_large"),
        ({"percent_bps": 10_000}, "nothing_to_pay"),
        ({"percent_bps": 10_001}, "request_invalid"),
        ({"amount_minor": -5}, "request_invalid"),
        ({"percent_bps": 1, "amount_minor": 1}, "request_invalid"),
        ({}, "request_invalid"),
    ],
)
def test_what_leaves_less_than_something_is_refused(till, lines, discount, code):
    with nothing_changes():
        answer = till.post("charges", {"lines": lines, "discount": discount})

    assert answer.json()["code"] == code


def test_a_cashier_gives_up_to_the_store_s_cap(device, shop, lines):
    choose_discounts(shop.store, most_bps=1000, reasons=[])

    given = charge_at(device, {"lines": lines, "discount": {"percent_bps": 1000}}, key="a")
    with nothing_changes():
        refused = charge_at(
            device, {"lines": lines, "discount": {"percent_bps": 1001}}, key="b"
        )

    assert given.status_code == 201
    assert ChargeDiscount.objects.get().given_by_name == "Nora Cashier"
    assert (refused.status_code, refused.json()["code"]) == (403, "discount_not_allowed")
    assert refused.json()["cap_bps"] == 1000


def test_a_manager_s_pin_allows_one_sale_more(device, manager, lines):
    told = allow(device, manager).json()
    body = {"lines": lines, "discount": HALF, "approval": told["approval"]}

    first = charge_at(device, body, key="first")
    again = charge_at(device, body, key="first")
    second = charge_at(device, body, key="second")

    assert first.status_code == 201
    assert again.json()["id"] == first.json()["id"]
    assert second.json()["code"] == "discount_not_allowed"
    given = ChargeDiscount.objects.get()
    assert (given.given_by_name, given.allowed_by_name) == ("Nora Cashier", "Mia Manager")
    assert given.amount_minor == 500


def test_a_sale_that_was_canceled_may_be_made_anew(device, manager, lines):
    told = allow(device, manager).json()
    body = {"lines": lines, "discount": HALF, "approval": told["approval"]}
    first = charge_at(device, body, key="first").json()
    device.post(f"/api/v1/charges/{first['id']}/cancel")

    assert charge_at(device, body, key="second").status_code == 201


def test_an_approval_is_of_so_much_and_no_more(device, manager, lines):
    told = allow(device, manager, most_bps=4000).json()
    body = {"lines": lines, "discount": HALF, "approval": told["approval"]}

    assert charge_at(device, body, key="a").json()["code"] == "discount_not_allowed"
    assert charge_at(device, body | {"approval": "av_x"}, key="b").status_code == 403


def test_an_approval_takes_a_manager_and_the_right_pin(device, shop, manager):
    cashier = factories.hire_person(shop, name="Other Cashier")

    with nothing_changes():
        answers = [
            allow(device, manager, pin="000000"),
            allow(device, cashier),
            allow(device, manager, most_bps=0),
            allow(device, manager, most_bps="x"),
        ]

    assert [answer.status_code for answer in answers] == [403, 422, 422, 422]
    assert "4 tries left" in answers[0].json()["detail"]
    device.post("/till/lock/")
    assert allow(device, manager).status_code == 403
    assert not Approval.objects.exists()


def test_a_manager_at_the_till_needs_no_leave(shop, manager, device, lines):
    device.post("/till/lock/")
    unlock(device, manager)

    assert charge_at(device, {"lines": lines, "discount": HALF}, key="a").status_code == 201


def test_every_paper_shows_what_was_taken_off(device, shop, customer, manager, lines):
    told = allow(device, manager).json()
    lines[0]["note"] = "oat milk"
    body = {"lines": lines, "discount": HALF, "approval": told["approval"]}
    charge = Charge.objects.get(
        short_code=charge_at(device, body, key="a").json()["short_code"]
    )
    factories.confirm(customer, factories.claim(customer, charge))
    issue_receipts([charge.id])

    address = f"/r/{encode_token(charge.receipt_token).lower()}/"
    page = Client().get(address).content.decode()
    with pypdfium2.PdfDocument(Client().get(f"{address}receipt.pdf").content) as document:
        slip = document[0].get_textpage().get_text_range()
    letter = mail.outbox[-1]
    assert isinstance(letter, EmailMultiAlternatives)
    letters = [letter.body, str(letter.alternatives[0][0])]
    for paper in (page, slip, *letters):
        assert "50 % off" in paper
        assert "Last one" in paper
        assert "oat milk" in paper
        assert "€5.00" in paper
    owner = employ(shop, Role.OWNER, store=None)
    payment = owner.get(f"/dashboard/payments/{charge.public_id}/").content.decode()
    assert "Given by <bdi>Nora Cashier</bdi>" in payment
    assert "allowed by <bdi>Mia Manager</bdi>" in payment


def test_a_store_chooses_its_cap_and_its_reasons(shop, device):
    owner = employ(shop, Role.OWNER, store=None)
    address = f"/dashboard/stores/{shop.store.public_id}/discounts/"
    typed = {"cap": "12,5", "reasons": "Staff 20 %\n\n  Damaged  \nRegular 7.5%"}

    saved = owner.post(address, typed)

    assert saved.status_code == 302
    shown = owner.get(address).content.decode()
    assert 'value="12.5"' in shown
    assert "Staff 20 %\nDamaged\nRegular 7.5 %" in shown
    sheets = device.get("/till/sheets/").content.decode()
    assert 'data-cap="1250"' in sheets
    assert 'data-reason="Regular" data-percent="750"' in sheets


@pytest.mark.parametrize(
    "typed",
    [
        {"cap": "101", "reasons": ""},
        {"cap": "", "reasons": ""},
        {"cap": "5", "reasons": "x" * 41},
        {"cap": "5", "reasons": "Staff 120 %"},
        {"cap": "5", "reasons": "Staff\nStaff 5 %"},
        {"cap": "5", "reasons": "\n".join(map(str, range(13)))},
    ],
)
def test_a_cap_or_reason_that_makes_no_sense_is_refused(shop, typed):
    choose_discounts(shop.store, most_bps=700, reasons=[Reason("Staff")])
    owner = employ(shop, Role.OWNER, store=None)

    with nothing_changes():
        answer = owner.post(f"/dashboard/stores/{shop.store.public_id}/discounts/", typed)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
