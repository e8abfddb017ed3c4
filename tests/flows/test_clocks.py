"""A web machine whose clock is wrong: what is shown and decided follows the database's."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ledger.queries import read_balance
from merchants.days import read_day
from merchants.queries import find_next_midnight, list_merchant_balances, read_clock
from pos.models import Charge
from pos.queries import filter_status, sum_today
from qr.links import encode_token
from tests import factories
from tests.clocks import let_expire, let_lease_end
from wallet.authentication import WALLET_COOKIE

pytestmark = pytest.mark.django_db

LIFE = timedelta(minutes=5)
WRONG = {"six minutes ahead": timedelta(minutes=6), "a day behind": timedelta(days=-1)}


@pytest.fixture(params=list(WRONG.values()), ids=list(WRONG))
def _wrong_clock(request, monkeypatch):
    """Set this machine's clock wrong; PostgreSQL keeps its own."""
    right = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: right() + request.param)


@pytest.fixture
def charge(shop):
    return factories.make_charge(shop)


def read_time(shown):
    return datetime.fromisoformat(shown["server_time"])


def listed(shop):
    """Name the statuses under which the store's list shows its only charge."""
    charges = Charge.objects.filter(store=shop.store)
    names = ("open", "claimed", "captured", "canceled", "expired")
    return [name for name in names if filter_status(charges, name).exists()]


@pytest.mark.usefixtures("_wrong_clock")
def test_a_charge_that_can_be_paid_is_shown_so_and_is_paid(shop, till, phone, customer, charge):
    browser = Client(SERVER_NAME="pay.test")
    browser.cookies[WALLET_COOKIE] = customer.token

    open_now = till.get(f"charges/{charge.public_id}").json()
    page = browser.get(f"/p/{encode_token(charge.token).lower()}")
    claimed_now = till.get("charges").json()["data"][0]

    assert open_now["status"] == "open"
    assert datetime.fromisoformat(open_now["expires_at"]) - read_time(open_now) <= LIFE
    assert page.context["state"] == "confirm"
    drawn_at = datetime.fromisoformat(
        page.content.decode().split('data-now="')[1].split('"')[0]
    )
    assert timedelta(0) <= drawn_at - read_time(open_now) < LIFE
    assert (claimed_now["status"], listed(shop)) == ("claimed", ["claimed"])
    claim = factories.claim(customer, charge)
    body = {"claim": claim.public_id}
    paid = phone.post("wallet/payments", body, key="k").json()
    again = phone.post("wallet/payments", body, key="k").json()
    assert paid["charge"]["status"] == again["charge"]["status"] == "captured"
    assert timedelta(0) <= read_time(again["charge"]) - read_time(open_now) < LIFE
    assert read_balance(customer.wallet.account_id) == 10_000 - 480
    today = sum_today(shop.store)
    (balance,) = list_merchant_balances(shop.merchant.id)
    assert (today["count"], read_day(balance).sales_count) == (1, 1)
    assert today["until"] == find_next_midnight(shop.store.time_zone, now=read_clock())


@pytest.mark.usefixtures("_wrong_clock")
def test_a_charge_whose_time_is_over_is_shown_so(shop, till, phone, charge, nothing_moved):
    let_expire(charge)

    shown = till.get(f"charges/{charge.public_id}").json()
    refused = phone.post("wallet/claims", {"payload": charge.short_code})

    assert (shown["status"], listed(shop)) == ("expired", ["expired"])
    assert (refused.status_code, refused.json()["charge_status"]) == (409, "expired")
    assert nothing_moved()


@pytest.mark.usefixtures("_wrong_clock")
def test_a_claim_whose_minute_is_over_leaves_the_charge_open(shop, till, customer, charge):
    factories.claim(customer, charge)
    let_lease_end(charge)

    shown = till.get(f"charges/{charge.public_id}").json()

    assert (shown["status"], shown["payer"], listed(shop)) == ("open", None, ["open"])


def test_a_charge_read_again_knows_the_later_clock(charge):
    first = charge.read_at

    charge.refresh_from_db()

    assert first < charge.read_at
