"""The page that shows the payment code, and what keeps it open without a connection."""

import json
import re

import pytest
from django.test import Client

from qr.links import encode_token
from tests import factories
from tests.clocks import let_lease_end
from tests.paycodes import await_steady_step, show_code, write_code
from wallet.collection import collect_charge
from wallet.payment_codes import NewUse, issue_codes, revoke_codes

pytestmark = pytest.mark.django_db
MY_CODE = "/wallet/my-code/"
PAGES = [MY_CODE, f"{MY_CODE}stop/"]


@pytest.fixture
def browser(customer):
    client = Client(headers={"Host": "pay.test"})
    client.cookies["tessera_wallet"] = customer.token
    return client


@pytest.fixture
def stranger():
    return Client(headers={"Host": "pay.test"})


def read_codes(page):
    [embedded] = re.findall(r'<script id="codes"[^>]*>(.*?)</script>', page.text)
    return json.loads(embedded)


def test_the_page_shows_the_code_of_this_minute_and_holds_those_that_follow(browser, customer):
    step = await_steady_step()

    page = browser.get(MY_CODE)

    codes = read_codes(page)
    assert page.status_code == 200
    assert [each["code"] for each in codes] == [
        write_code(customer.wallet, step=step + later) for later in range(15)
    ]
    assert codes[0]["digits"] in page.text
    assert page.text.count(codes[0]["qr"]) == page.text.count(codes[0]["bars"]) == 2
    assert codes[0]["until"] == codes[1]["from"]
    assert "no-store" in page["Cache-Control"]


def test_a_page_opened_late_says_that_a_till_waits_for_the_pin(browser, customer, shop):
    charge = factories.make_charge(shop, amount_minor=3001)
    quiet = browser.get(MY_CODE)
    collect_charge(shop.till, NewUse(show_code(customer), charge, "one", b"test"))

    asking = browser.get(MY_CODE)
    let_lease_end(charge)
    over = browser.get(MY_CODE)

    said = f"{shop.store.name} charges €30.01 and waits for your PIN."
    link = f'href="/p/{encode_token(charge.token).lower()}"'
    assert [(said in each.text, link in each.text) for each in (quiet, asking, over)] == [
        (False, False),
        (True, True),
        (False, False),
    ]


@pytest.mark.parametrize(("currency", "exponent"), [("JPY", 0), ("EUR", 2), ("IQD", 3)])
def test_the_page_says_how_many_decimals_its_money_has(currency, exponent):
    # A browser's own tables have none for the dinar of Iraq.
    visitor = factories.open_customer(currency=currency)
    client = Client(headers={"Host": "pay.test"})
    client.cookies["tessera_wallet"] = visitor.token

    assert f'data-exponent="{exponent}"' in client.get(MY_CODE).text


def test_the_page_says_up_to_what_the_till_takes_it_at_once(browser):
    assert "Up to €30.00 the till takes it at once" in browser.get(MY_CODE).text


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_asked_to_sign_in(stranger, page):
    answer = stranger.get(page)

    assert answer.status_code == 302
    assert answer["Location"] == f"/wallet/sign-in/?next={page.replace('/', '%2F')}"


def test_stopping_asks_first_and_then_voids_the_codes(browser, customer):
    before = show_code(customer)
    asked = browser.get(f"{MY_CODE}stop/")
    assert "Keep my codes" in asked.text
    assert show_code(customer) == before

    answer = browser.post(f"{MY_CODE}stop/")

    assert (answer.status_code, answer["Location"]) == (302, MY_CODE)
    assert issue_codes(customer.wallet) == []
    stopped = browser.get(MY_CODE)
    assert "Your codes are stopped" in stopped.text
    assert "<svg class" not in stopped.text


def test_codes_come_back_by_the_pin(browser, customer):
    revoke_codes(customer.wallet)

    answer = browser.post(f"{MY_CODE}start/", {"pin": factories.PIN})

    assert (answer.status_code, answer["Location"]) == (302, MY_CODE)
    assert len(issue_codes(customer.wallet)) == 15


@pytest.mark.parametrize(
    ("pin", "words"), [("000000", "4 tries left"), ("12", "six digits"), ("", "six digits")]
)
def test_a_wrong_pin_leaves_them_stopped(browser, customer, pin, words):
    revoke_codes(customer.wallet)

    answer = browser.post(f"{MY_CODE}start/", {"pin": pin})

    assert answer.status_code == 403
    assert words in answer.text
    assert issue_codes(customer.wallet) == []


def test_the_page_the_phone_keeps_has_nobody_s_codes(stranger, browser, customer):
    show_code(customer)

    for client in (stranger, browser):
        kept = client.get(f"{MY_CODE}shell/")
        assert (kept.status_code, read_codes(kept)) == (200, [])
        assert customer.wallet.public_id not in kept.text
        assert 'data-state="kept"' in kept.text


def test_the_worker_keeps_this_page_s_files_and_no_other(stranger):
    script = stranger.get(f"{MY_CODE}worker.js")

    assert script.status_code == 200
    assert script["Content-Type"].startswith("text/javascript")
    [files] = re.findall(r"FILES = \[(.*?)\]", script.text, re.DOTALL)
    assert re.findall(r'"(.+?)"', files) == [
        f"/static/{name}"
        for name in (
            "css/seal.css",
            "css/wallet.css",
            "js/my_code.js",
            "js/page.js",
            "js/device.js",
            "js/money.js",
            "js/server.js",
        )
    ]


def test_the_page_s_scripts_are_all_among_the_kept(stranger):
    script = stranger.get(f"{MY_CODE}worker.js").text
    page = stranger.get(f"{MY_CODE}shell/").text

    for wanted in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
        assert wanted in script


def test_the_home_page_leads_to_both_codes(browser):
    home = browser.get("/wallet/").text

    assert f'href="{MY_CODE}"' in home
    assert 'href="/p/"' in home
