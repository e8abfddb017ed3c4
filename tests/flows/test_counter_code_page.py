"""The page of a counter code, by plain forms alone."""

from urllib.parse import urlsplit

import pytest
from django.test import Client

from ledger.queries import read_balance
from pos.counter_codes import read_counter_code, revoke_counter_code, write_counter_link
from pos.models import Charge
from qr.links import encode_token
from qr.signed import decode_counter_link
from tests import factories
from tests.clocks import let_expire
from tests.flows.steps import open_wallet
from tests.scripts import ARABIC, SCRIPTS
from tests.snapshots import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def code(shop):
    return factories.print_code(shop)


@pytest.fixture
def browser(customer):
    return open_wallet(customer)


def address(code):
    return f"/s/{encode_token(code.id).lower()}/"


def send(browser, code, amount, key="page one"):
    return browser.post(address(code), {"amount": amount, "idempotency_key": key})


def test_the_printed_address_leads_to_a_short_one(browser, code):
    path = urlsplit(write_counter_link(code)).path

    for form in (path, path.lower(), path + "/"):
        answer = browser.get(form, follow=True)
        assert answer.redirect_chain[-1][0].rstrip("/") == address(code).rstrip("/")
        assert answer.status_code == 200


def test_somebody_not_signed_in_sees_the_shop_and_signs_in(code, shop):
    with nothing_changes():
        page = Client(SERVER_NAME="pay.test").get(address(code))

    assert page.status_code == 200
    assert shop.store.name in page.content.decode()
    assert page.context["next"] == address(code)
    assert 'name="pin"' in page.content.decode()


def test_a_look_at_the_page_opens_nothing(browser, code, shop):
    with nothing_changes():
        page = browser.get(address(code))

    text = page.content.decode()
    for shown in (shop.store.name, "Counter", "Verified shop", "€500.00"):
        assert shown in text
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize(
    "typed",
    [
        "4.80",
        "4,80",
        " 4.8 ",
        "04.80",
        "€4.80",
        *("4.80".translate(digits) for digits in SCRIPTS.values()),
    ],
)
def test_the_plain_form_leads_to_the_usual_page_and_pays(browser, customer, code, typed):
    answer = send(browser, code, typed)
    charge = Charge.objects.get()
    link = f"/p/{encode_token(charge.token).lower()}"
    page = browser.get(answer["Location"])
    browser.post(f"{link}/pay")

    assert answer["Location"] == link
    assert (page.context["state"], charge.amount_minor) == ("confirm", 480)
    # No till shows words to compare with.
    assert charge.check_word not in page.content.decode()
    assert read_balance(customer.wallet.account_id) == 9520
    assert browser.get(link).context["state"] == "paid"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        *((typed, "Type an amount such as 12.50.") for typed in ("", "-1", "four", "1e3")),
        ("0.00", "Type more than zero."),
        (
            "1,000",
            "“1,000” can be read in two ways. Leave out the mark of thousands, as in 12.50.",
        ),
        ("4.8055", "EUR has 2 decimals. Type an amount such as 12.50."),
        (
            "1,000.00",
            (
                "By counter codes you can pay €500.00 more today. Nothing was taken."
                " Ask the shop to charge you at the till."
            ),
        ),
        ("9" * 11, "The most is €9,999,999,999.99."),
    ],
)
def test_what_is_no_amount_here_is_asked_for_again_and_kept(browser, code, typed, words):
    with nothing_changes():
        page = send(browser, code, typed)

    assert page.status_code == 422
    assert page.context["error"] == words
    assert f'value="{typed}"' in page.text


def test_yen_are_typed_whole(customer):
    shop = factories.open_shop(currency="JPY")
    code = factories.print_code(shop)
    visitor = factories.open_customer(currency="JPY", balance_minor=10_000)

    refused_page = send(open_wallet(visitor), code, "480.0")
    answer = send(open_wallet(visitor), code, "480")

    assert refused_page.context["error"] == (
        "JPY has no decimals. Type an amount such as 1250."
    )
    assert answer.status_code == 302
    assert Charge.objects.get().amount_minor == 480


def test_dinars_are_typed_with_three_decimals(customer):
    code = factories.print_code(factories.open_shop(currency="KWD"))
    visitor = open_wallet(factories.open_customer(currency="KWD", balance_minor=10_000))

    asked = visitor.get(address(code))
    refused_page = send(visitor, code, "0.4805")
    answer = send(visitor, code, "0,48")

    assert "you can pay KWD\u00a050.000 more today" in asked.text
    assert refused_page.context["error"] == (
        "KWD has 3 decimals. Type an amount such as 1.250."
    )
    assert answer.status_code == 302
    assert Charge.objects.get().amount_minor == 480


def test_the_form_sent_twice_opens_one_charge(browser, code, customer):
    first, again = send(browser, code, "4.80"), send(browser, code, "4.80")
    browser.post(f"{first['Location']}/pay")
    late = send(browser, code, "4.80")

    assert first["Location"] == again["Location"] == late["Location"]
    assert browser.get(late["Location"]).context["state"] == "paid"
    assert read_balance(customer.wallet.account_id) == 9520


def test_another_amount_under_the_same_key_starts_afresh(browser, code):
    send(browser, code, "4.80")

    assert send(browser, code, "4.81")["Location"] == address(code)
    assert Charge.objects.count() == 1


def test_more_than_is_left_is_said_on_the_page(browser, code):
    with nothing_changes():
        page = send(browser, code, "500.01")

    assert page.status_code == 422
    assert "By counter codes you can pay €500.00 more today." in page.content.decode()


def test_who_goes_back_to_correct_the_amount_is_led_to_what_is_begun(browser, code, shop):
    link = send(browser, code, "500.00")["Location"]

    with nothing_changes():
        gone_back = browser.get(address(code))
        corrected = send(browser, code, "5.00", key="page two")
    browser.post(f"{link}/decline")
    afresh = send(browser, code, "5.00", key="page three")

    for page in (gone_back, corrected):
        assert f"You began to pay €500.00 at {shop.store.name}." in page.text
        assert f'href="{link}"' in page.text
    assert afresh.status_code == 302


@pytest.mark.parametrize("how", ["paid", "expired", "at a till", "somebody else's"])
def test_what_is_not_begun_at_a_counter_code_is_not_said_to_be(
    browser, customer, another, shop, code, how
):
    if how == "at a till":
        factories.claim(customer, factories.make_charge(shop))
    elif how == "somebody else's":
        factories.claim_at(another, code)
    elif how == "paid":
        factories.confirm(customer, factories.claim_at(customer, code))
    else:
        let_expire(factories.claim_at(customer, code).charge)

    assert "You began to pay" not in browser.get(address(code)).text


def test_a_revoked_code_is_said_to_be_on_the_page(browser, code):
    revoke_counter_code(code, actor="test")

    with nothing_changes():
        page, sent = browser.get(address(code)), send(browser, code, "4.80")

    for answer in (page, sent):
        assert "The shop has revoked this counter code." in answer.content.decode()
        assert 'name="amount"' not in answer.content.decode()


def test_declining_leads_back_to_the_amount(browser, code):
    link = send(browser, code, "4.80")["Location"]
    page = browser.get(browser.post(f"{link}/decline")["Location"])
    again = browser.get(link)

    assert page.context["state"] == "declined"
    assert again.context["state"] == "declined"
    assert f'href="{address(code)}"' in page.content.decode()


def test_a_typed_short_code_leads_to_the_page(browser, code):
    typed = code.short_code_grouped.lower().translate(ARABIC)
    answer = browser.post("/p/", {"code": typed})

    assert answer["Location"] == address(code)


@pytest.mark.parametrize("path", ["0" * 26, "x", "0" * 215, "u" * 26, "%00", "0" * 500])
def test_an_unknown_address_says_so(browser, path):
    page = browser.get(f"/s/{path}/")

    assert (page.status_code, page.context["state"]) == (404, "unknown")


def test_a_withdrawn_key_is_told_on_the_page(browser, code, settings):
    path = urlsplit(write_counter_link(code)).path
    settings.WITHDRAWN_SIGNING_KEYS = ["J3XCNZN9"]

    page = browser.get(path)

    assert (page.status_code, page.context["state"]) == (410, "withdrawn")
    assert "signed with a key that is not trusted any more" in page.content.decode()


def test_without_a_key_the_print_carries_the_plain_address(browser, code, settings):
    settings.SIGNING_KEY = ""

    link = write_counter_link(code)

    assert link == f"HTTP://PAY.TEST/S/{encode_token(code.id)}"
    assert read_counter_code(decode_counter_link(link)[1]) == code
