"""The till's desk: what waits, what was paid unseen, today's figures; and why nobody paid."""

import uuid
from dataclasses import replace

import pytest
from django.test import Client

from identity.errors import PinLocked, PinWrong
from ledger.errors import InsufficientFunds
from ledger.models import Transfer
from merchants.days import read_day
from merchants.queries import list_merchant_balances
from pos.models import Acknowledgement, Charge
from pos.queries import sum_today
from pos.terminals import add_terminal, issue_token, offer_pairing
from qr.links import encode_token
from tests import factories
from tests.snapshots import nothing_changes
from wallet.claims import decline_charge, find_claim_on
from wallet.models import Attempt

pytestmark = pytest.mark.django_db
AMOUNT = {"amount_minor": 480, "currency": "EUR"}


@pytest.fixture
def device(shop):
    device = Client(SERVER_NAME="pay.test")
    device.post("/till/pair/", {"code": offer_pairing(shop.terminal)})
    cashier = factories.hire_person(shop)
    device.post("/till/unlock/", {"cashier": cashier.id, "pin": factories.PIN})
    return device


@pytest.fixture
def sold(device, customer):
    """A sale of the device's, paid."""
    charge = charge_at(device)
    factories.confirm(customer, factories.claim(customer, charge))
    return charge


def charge_at(device):
    answer = device.post(
        "/api/v1/charges",
        {"amount": AMOUNT},
        content_type="application/json",
        headers={"Idempotency-Key": str(uuid.uuid4())},
    )
    return Charge.objects.get(short_code=answer.json()["short_code"])


def look(device):
    return device.get("/till/desk/").context["desk"]


def see(device, charge):
    return device.post("/till/desk/", {"seen": charge.public_id})


def test_a_payment_is_told_until_it_is_acknowledged(device, sold):
    assert look(device).paid == [sold]
    assert sold.short_code_grouped in device.get("/till/activity/").content.decode()

    answers = [see(device, sold), see(device, sold)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert look(device).paid == []
    assert Acknowledgement.objects.get().charge == sold


def test_a_locked_till_tells_and_acknowledges_nothing(device, sold):
    device.post("/till/lock/")

    see(device, sold)

    assert look(device).paid == [sold]
    shown = device.get("/till/unlock/").content.decode()
    assert sold.short_code_grouped in shown
    assert "Li W." not in shown
    assert "today" not in device.get("/till/desk/").content.decode()


def test_another_store_s_payment_is_none_of_this_till_s(device, sold, customer):
    elsewhere = factories.open_shop()
    other = factories.sell(elsewhere, customer)

    with nothing_changes():
        assert see(device, other).status_code == 404
    assert look(device).paid == [sold]


def test_what_is_not_paid_is_not_acknowledged(device, shop):
    charge = factories.make_charge(shop)

    see(device, charge)

    assert not Acknowledgement.objects.exists()
    assert look(device).waiting == [charge]


def test_what_an_integration_sells_is_its_own_to_look_after(device, shop, customer):
    charge = factories.make_charge(shop)
    desk = look(device)
    assert (desk.waiting, desk.to_resume) == ([charge], None)

    factories.confirm(customer, factories.claim(customer, charge))

    assert look(device).paid == []


def test_the_till_goes_on_with_its_own_sale_if_there_is_just_one(device, shop):
    factories.make_charge(shop)
    first = charge_at(device)
    assert f'data-resume="{first.public_id}"' in device.get("/till/").content.decode()

    charge_at(device)

    assert "data-resume" not in device.get("/till/").content.decode()


def test_today_is_the_same_on_the_till_and_in_the_dashboard(shop, customer):
    second = replace(shop, terminal=add_terminal(shop.store, name="Till 2"))
    issue_token(second.terminal)
    factories.sell(shop, customer, amount_minor=480)
    other = factories.sell(second, customer, amount_minor=2500)
    factories.refund(shop, other, amount_minor=500)
    factories.settle(shop)
    factories.sell(shop, customer, amount_minor=120)
    (balance,) = list_merchant_balances(shop.merchant.id)

    here, day = sum_today(shop.store), read_day(balance)

    expected = {"count": 3, "amount_minor": 2600, "currency": "EUR"}
    assert {name: here[name] for name in expected} == expected
    assert (day.sales_count, day.amount_minor, day.currency) == (3, 2600, "EUR")


def read(till, charge):
    found = till.get(f"charges/{charge.public_id}").json()
    return found["status"], found["refusal"]


def test_the_shop_is_told_once_that_there_is_not_enough_money(shop, till):
    poor = factories.open_customer(balance_minor=100)
    charge = factories.make_charge(shop, amount_minor=2500)
    transfers = Transfer.objects.count()
    phone = Client(SERVER_NAME="pay.test")
    phone.cookies["tessera_wallet"] = poor.token
    assert read(till, charge) == ("open", None)

    address = f"/p/{encode_token(charge.token).lower()}"
    pages = [phone.get(address) for _ in range(2)]

    assert [page.context["state"] for page in pages] == ["insufficient"] * 2
    assert read(till, charge) == ("claimed", "insufficient_funds")
    assert [attempt.reason for attempt in Attempt.objects.all()] == ["insufficient_funds"]
    phone.post(f"{address}/decline")
    assert read(till, charge) == ("open", "insufficient_funds")
    assert Transfer.objects.count() == transfers


def test_a_wrong_pin_is_the_payer_s_own_and_a_locked_one_is_declined(shop, till, customer):
    charge = factories.make_charge(shop, amount_minor=9000)
    claimed = factories.claim(customer, charge)
    for _ in range(4):
        with pytest.raises(PinWrong):
            factories.confirm(customer, claimed, pin="000000")
    assert read(till, charge) == ("claimed", None)

    with pytest.raises((PinWrong, PinLocked)):
        factories.confirm(customer, claimed, pin="000000")
    with pytest.raises(PinLocked):
        factories.confirm(customer, claimed)

    assert read(till, charge) == ("claimed", "declined")


def test_a_refusal_says_nothing_of_the_payer_after(shop, till, customer):
    poor = factories.open_customer(balance_minor=100, name="Amira Haddad")
    charge = factories.make_charge(shop)
    with pytest.raises(InsufficientFunds):
        factories.confirm(poor, factories.claim(poor, charge))
    assert read(till, charge) == ("claimed", "insufficient_funds")
    decline_charge(find_claim_on(poor.wallet, charge.id))
    assert read(till, charge) == ("open", "insufficient_funds")

    claimed = factories.claim(customer, charge)

    assert read(till, charge) == ("claimed", None)
    decline_charge(claimed)
    assert read(till, charge) == ("open", "declined")
    factories.confirm(customer, factories.claim(customer, charge))
    assert read(till, charge) == ("captured", None)
