"""Devices that are signed in to a wallet: listed, and signed out from another one."""

import re

import pytest

from identity.models import Session
from identity.sign_in import start_session
from qr.references import encode_reference
from tests import factories
from tests.flows.steps import open_wallet
from tests.paycodes import show_code
from wallet.models import PaymentCodeSeed

pytestmark = pytest.mark.django_db
PAGE = "/wallet/safety/"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19 Safari/605"


@pytest.fixture
def other(customer):
    """Sign the customer in on a second device; its browser."""
    token = start_session(customer.wallet.user, device_name=IPHONE)
    return open_wallet(factories.Customer(customer.wallet, token))


@pytest.fixture
def mine(customer):
    return open_wallet(customer)


def is_in(browser):
    return browser.get("/wallet/").status_code == 200


def read_references(browser):
    text = browser.get(PAGE).content.decode()
    return re.findall(r'name="device" value="(ws_[0-9a-z]{26})"', text)


def test_devices_are_listed_by_name_and_this_one_is_marked(mine, other):
    text = mine.get(PAGE).content.decode()

    assert "Safari, iPhone" in text
    assert "test phone" in text
    assert text.count("This device") == 1


def test_one_device_is_signed_out_and_the_others_stay(customer, mine, other):
    third = open_wallet(
        factories.Customer(
            customer.wallet, start_session(customer.wallet.user, device_name="third")
        )
    )
    newest = read_references(mine)[0]

    mine.post(f"{PAGE}devices/", {"device": newest})

    assert (is_in(mine), is_in(other), is_in(third)) == (True, True, False)


def test_all_others_are_signed_out_and_payment_codes_stop(customer, mine, other):
    show_code(customer)

    mine.post(f"{PAGE}devices/", {"others": "1"})

    assert (is_in(mine), is_in(other)) == (True, False)
    assert read_references(mine) == []
    assert PaymentCodeSeed.objects.get().revoked_at is not None


def test_with_no_other_device_payment_codes_go_on(customer, mine):
    show_code(customer)

    mine.post(f"{PAGE}devices/", {"others": "1"})

    assert PaymentCodeSeed.objects.get().revoked_at is None


@pytest.mark.parametrize("wanted", ["x", "ws_" + "0" * 26, "wl_" + "0" * 26])
def test_an_unknown_device_changes_nothing(mine, other, wanted):
    assert mine.post(f"{PAGE}devices/", {"device": wanted})["Location"] == PAGE
    assert (is_in(mine), is_in(other)) == (True, True)


def test_nobody_signs_out_another_person_s_device(mine, another):
    theirs = Session.objects.get(user=another.wallet.user)
    reference = read_references(open_wallet(another))
    assert reference == []
    mine.post(f"{PAGE}devices/", {"device": encode_reference("ws", theirs.id)})

    assert is_in(open_wallet(another))
