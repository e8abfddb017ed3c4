"""Cash on the till's pages: in and out of the drawer, counted, and set by the shop."""

import re

import pytest
from django.test import Client

from merchants.models import Role, Store
from pos.cash import cash_charge
from pos.models import CashMovement, Closing
from pos.terminals import offer_pairing
from qr.links import encode_token
from tests import factories
from tests.flows.steps import open_dashboard, open_wallet, unlock

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter(shop):
    Store.objects.filter(pk=shop.store.pk).update(takes_cash=True)
    shop.store.takes_cash = True
    shop.terminal.store = shop.store
    return shop


@pytest.fixture
def till(counter):
    browser = Client(SERVER_NAME="pay.test")
    browser.post("/till/pair/", {"code": offer_pairing(counter.terminal)})
    unlock(browser, factories.hire_person(counter, may_refund=True))
    return browser


def read_ids(browser):
    page = browser.get("/till/day/").content.decode()
    return [{"made_id": each} for each in re.findall(r'name="made_id" value="([^"]+)"', page)]


def test_cash_goes_in_and_out_and_is_counted(till, counter):
    _close, drawer = read_ids(till)
    put = {**drawer, "kind": "float", "amount": "100.00"}
    assert [till.post("/till/drawer/", put).status_code for _ in range(2)] == [302, 302]
    _close, drawer = read_ids(till)
    nothing = till.post("/till/drawer/", {**drawer, "kind": "out", "amount": "5"})
    assert nothing.status_code == 422
    assert "Say what it is for." in nothing.content.decode()
    more = till.post("/till/drawer/", {**drawer, "kind": "out", "amount": "500", "why": "x"})
    assert more.status_code == 409
    assert "less than that in the drawer" in more.content.decode()
    wrong = till.post("/till/drawer/", {**drawer, "kind": "out", "amount": "x", "why": "y"})
    assert wrong.status_code == 422
    till.post("/till/drawer/", {**drawer, "kind": "out", "amount": "5", "why": "Milk"})
    assert CashMovement.objects.count() == 2
    charge = factories.make_charge(counter, amount_minor=480)
    cash_charge(charge.id, principal=counter.till, given_minor=500)

    close, _drawer = read_ids(till)
    both = till.post("/till/day/", {**close, "counted": "99", "piece_5000": "2"})
    assert both.status_code == 422
    assert "The notes and coins are €100.00." in both.content.decode()
    few = till.post("/till/day/", {**close, "piece_5000": "1", "piece_2": "x"})
    assert few.status_code == 422
    missing = till.post("/till/day/", {**close, "counted": "0"})
    assert missing.status_code == 409
    assert "€99.80 is missing. Say why, then close." in missing.content.decode()
    pieces = {"piece_5000": "1", "piece_2000": "2", "piece_500": "1", "piece_200": "2"}
    closed = till.post("/till/day/", {**close, **pieces, "reason": "A coin is gone"})

    closing = Closing.objects.get()
    assert closed["Location"] == f"/till/day/{closing.public_id}/"
    assert (closing.expected_minor, closing.counted_minor) == (9980, 9900)
    assert closing.counts.count() == 4
    page = till.get(closed["Location"]).content.decode()
    shown = ("Cash in the drawer", "A coin is gone", "€99.80", "€99.00", "\N{MINUS SIGN}€0.80")
    for words in shown:
        assert words in page


def test_without_cash_nothing_of_it_is_shown(shop):
    browser = Client(SERVER_NAME="pay.test")
    browser.post("/till/pair/", {"code": offer_pairing(shop.terminal)})
    unlock(browser, factories.hire_person(shop))

    pages = [browser.get(path).content.decode() for path in ("/till/", "/till/day/")]

    for words in ('id="cash"', "data-cash", "Cash in and out", "Cash counted"):
        assert not any(words in page for page in pages)
    (form,) = read_ids(browser)
    assert browser.post("/till/day/", {**form, "counted": "5"}).status_code == 302
    assert Closing.objects.get().counted_minor is None


def test_a_locked_till_moves_no_cash(till):
    till.post("/till/lock/")

    answer = till.post("/till/drawer/", {"kind": "float", "amount": "1"})

    assert answer["Location"] == "/till/unlock/"
    assert not CashMovement.objects.exists()


def test_a_form_that_moved_cash_moves_no_other(till):
    _close, drawer = read_ids(till)
    till.post("/till/drawer/", {**drawer, "kind": "float", "amount": "1"})

    answer = till.post("/till/drawer/", {**drawer, "kind": "float", "amount": "2"})

    assert answer.status_code == 409
    assert "press again" in answer.content.decode()


def test_a_sale_in_cash_is_listed_and_its_code_says_so(till, counter, customer):
    charge = factories.make_charge(counter, amount_minor=480)
    cash_charge(charge.id, principal=counter.till, given_minor=None)

    activity = till.get("/till/activity/?status=cashed").content.decode()
    token = open_wallet(customer).get(f"/p/{encode_token(charge.token).lower()}")

    assert "Cash</span>" in activity
    assert charge.short_code_grouped in activity
    assert "paid in cash at the till" in token.content.decode()


def test_a_manager_sets_cash_and_mails(shop):
    manager = open_dashboard(factories.hire_person(shop, role=Role.MANAGER))
    address = f"/dashboard/stores/{shop.store.public_id}/cash/"

    manager.post(address, {"takes_cash": "on", "mails_closings": "on"})
    store = Store.objects.get(pk=shop.store.pk)
    assert (store.takes_cash, store.mails_closings) == (True, True)
    page = manager.get(f"/dashboard/stores/?cash={store.public_id}").content.decode()
    assert "Saved. Tills show it" in page
    manager.post(address, {})

    store.refresh_from_db()
    assert (store.takes_cash, store.mails_closings) == (False, False)
