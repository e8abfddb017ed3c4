"""Which language a page, a refusal and a letter are in."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils.translation import override

from config.languages import PHONE_COOKIE, TILL_COOKIE
from foundation.templatetags.moments import write_moment
from identity.languages import find_language
from ledger.templatetags.money import money_of
from pos.tasks import issue_missing_receipts
from qr.links import encode_token
from relay.letters import send_due_letters
from tests import factories
from wallet.authentication import WALLET_COOKIE
from wallet.freezing import freeze

pytestmark = pytest.mark.django_db


def ask(accepted=""):
    headers = {"Accept-Language": accepted} if accepted else {}
    return Client(SERVER_NAME="pay.test", headers=headers)


@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [
        ("", 'lang="en" dir="ltr"'),
        ("de-AT,en;q=0.5", 'lang="de" dir="ltr"'),
        ("pt,ar;q=0.9", 'lang="ar" dir="rtl"'),
        ("zh-CN", 'lang="zh-hans" dir="ltr"'),
        ("pt", 'lang="en" dir="ltr"'),
    ],
)
def test_a_page_is_in_the_first_language_of_the_browser_that_there_is(accepted, spoken):
    answer = ask(accepted).get("/wallet/sign-in/")

    assert spoken in answer.content.decode()
    assert {"Accept-Language", "Cookie"} <= set(answer["Vary"].split(", "))


def test_till_and_phone_keep_a_language_each():
    browser = ask("fr")
    for back, language in (("/till/pair/", "de"), ("/wallet/sign-in/", "es")):
        asked = {"next": back, "language": language}
        answer = browser.post("/language/", asked)
        assert (answer.status_code, answer["Location"]) == (302, back)

    assert "Diese Kasse koppeln" in browser.get("/till/pair/").content.decode()
    assert "Acceda a su monedero" in browser.get("/wallet/sign-in/").content.decode()
    assert 'lang="en"' in browser.get("/dashboard/sign-in/").content.decode()
    assert {TILL_COOKIE, PHONE_COOKIE} <= set(browser.cookies)


@pytest.mark.parametrize(
    ("back", "language"),
    [
        ("/wallet/", "xx"),
        ("/dashboard/", "de"),
        ("https://example.org/", "de"),
        ("", "de"),
    ],
)
def test_what_cannot_be_chosen_changes_nothing(back, language):
    browser = ask()
    answer = browser.post("/language/", {"next": back, "language": language})

    assert answer.status_code == 302
    assert answer["Location"] in {"/", back} - {"https://example.org/"}
    assert not {TILL_COOKIE, PHONE_COOKIE} & set(browser.cookies)


def test_who_is_signed_in_gets_letters_and_receipts_in_the_language_chosen(
    shop, customer, mailoutbox
):
    user = customer.wallet.user
    browser = ask()
    browser.cookies[WALLET_COOKIE] = customer.token
    browser.post("/language/", {"next": "/wallet/", "language": "de"})
    assert find_language(user.email) == "de"
    charge = factories.make_charge(shop)
    page = browser.get(f"/p/{encode_token(charge.token).lower()}").content.decode()
    sale = factories.sell(shop, customer)
    issue_missing_receipts()
    freeze(customer.wallet)
    send_due_letters()

    assert "Sie bezahlen" in page
    receipt, *letters = mailoutbox
    assert receipt.subject.startswith("Beleg von ")
    assert "Bezahlt" in receipt.alternatives[0][0]
    assert [letter.subject for letter in letters] == ["Ihre Wallet ist gesperrt"]
    shown = ask("ar").get(sale.receipt_url.partition("pay.test")[2])
    assert 'lang="ar" dir="rtl"' in shown.content.decode()


def test_the_api_is_in_english_unless_another_language_is_asked_for(shop):
    address = "/api/v1/charges/ch_00000000000000000000000000"
    said = [
        ask(accepted).get(address, headers={"Authorization": f"Bearer {shop.token}"}).json()
        for accepted in ("", "de")
    ]

    assert [each["code"] for each in said] == ["not_found"] * 2
    assert [each["detail"] for each in said] == [
        "There is no such charge.",
        "Diesen Vorgang gibt es nicht.",
    ]


@pytest.mark.parametrize(
    ("language", "day", "sum_taken_off"),
    [
        ("en", "3 Dec 2026, 14:05", "\u2212€12.50"),
        ("de", "3. Dez 2026, 14:05", "\u221212,50\u00a0€"),
        ("es", "3 dic 2026, 14:05", "\u221212,50\u00a0€"),
        ("fr", "3 déc 2026, 14:05", "\u221212,50\u00a0€"),
        ("ar", "3 ديسمبر 2026، 14:05", "\u200f\u200e\u221212.50\u00a0€"),
        ("zh-hans", "2026年12月3日 14:05", "\u2212€12.50"),
    ],
)
def test_a_day_and_an_amount_are_written_as_the_language_does(language, day, sum_taken_off):
    with override(language):
        assert write_moment(datetime(2026, 12, 3, 14, 5, tzinfo=UTC), "j M Y, H:i") == day
        assert money_of(-1250, "EUR") == sum_taken_off
