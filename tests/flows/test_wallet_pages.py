"""The wallet's pages: sign-in, home, typed codes, payments, receipts."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from argon2 import PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from identity.bearer import digest_secret
from identity.models import Session, User
from identity.pins import set_pin
from ledger.models import Transfer
from pos.tasks import issue_missing_receipts
from qr.links import encode_short_code, encode_token
from tests import factories
from tests.clocks import date_back_transfers
from tests.flows.steps import open_wallet, sign_in
from tests.qr.payloads import EXAMPLE
from tests.snapshots import nothing_changes
from wallet.authentication import WALLET_COOKIE
from wallet.models import Payment

pytestmark = pytest.mark.django_db
LOGIN = "/wallet/sign-in/"


def count_queries(browser, address):
    """Count what one look at a page asks the database."""
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(address).status_code == 200
    return len(asked)


@pytest.fixture
def browser(customer):
    return open_wallet(customer)


def test_a_person_signs_in_by_phone_or_mail(customer):
    user = customer.wallet.user
    for login in (user.phone, f" {user.email.upper()} ", user.phone.replace("+353", "0")):
        answer = sign_in(login)

        assert (answer.status_code, answer["Location"]) == (302, "/wallet/")
        assert answer.cookies[WALLET_COOKIE]["httponly"]
        assert answer.client.get("/wallet/").context["wallet"] == customer.wallet


def test_the_device_is_remembered_by_name(customer):
    sign_in(customer.wallet.user.phone)

    assert Session.objects.filter(user=customer.wallet.user).count() == 2


@pytest.mark.parametrize("login", ["", "nobody@mail.test", "+353870000000", "\x00", "x" * 5000])
def test_an_unknown_login_is_refused_like_a_wrong_pin(customer, login):
    unknown = sign_in(login)
    wrong = sign_in(customer.wallet.user.phone, "000000")

    assert (unknown.status_code, wrong.status_code) == (403, 403)
    assert unknown.context["error"] == wrong.context["error"]
    assert WALLET_COOKIE not in unknown.cookies
    assert WALLET_COOKIE not in wrong.cookies


def test_five_wrong_pins_lock_the_sign_in_and_it_looks_like_a_wrong_one(customer):
    wrong = [sign_in(customer.wallet.user.phone, "000000") for _ in range(5)]

    locked = sign_in(customer.wallet.user.phone, "000001")
    unknown = sign_in("+353870000000")

    for answer in (*wrong, locked):
        assert answer.status_code == unknown.status_code == 403
        assert answer.context["error"] == unknown.context["error"]
        assert WALLET_COOKIE not in answer.cookies
    assert WALLET_COOKIE not in sign_in(customer.wallet.user.phone).cookies
    assert not Session.objects.exclude(digest=digest_secret(customer.token)).exists()


def test_every_refused_sign_in_costs_one_check(customer, monkeypatch):
    checks = []
    verify = PasswordHasher.verify

    def count(*asked):
        checks.append(asked)
        return verify(*asked)

    User.objects.create(name="Nora Byrne", email="no-pin@shop.test")
    monkeypatch.setattr(PasswordHasher, "verify", count)

    # Five wrong ones, of which the fifth locks, and one on the locked PIN.
    logins = [*[customer.wallet.user.phone] * 6, "+353870000000", "no-pin@shop.test"]
    for number, login in enumerate(logins, start=1):
        sign_in(login, "000000")

        assert len(checks) == number, login


def test_somebody_without_a_wallet_gets_no_session():
    user = User.objects.create(name="Nora Byrne", email="nora@shop.test")
    set_pin(user, factories.PIN)

    answer = sign_in("nora@shop.test")

    assert answer.status_code == 403
    assert not Session.objects.filter(user=user, ended_at=None).exists()


@pytest.mark.parametrize(
    ("wanted", "to"),
    [
        ("/wallet/payments/x/", "/wallet/payments/x/"),
        ("http://pay.test/p/", "http://pay.test/p/"),
        ("", "/wallet/"),
        ("https://evil.example/", "/wallet/"),
        ("//evil.example", "/wallet/"),
        ("/\\evil.example", "/wallet/"),
        ("\\\\evil.example", "/wallet/"),
        ("javascript:alert(1)", "/wallet/"),
        ("https:pay.test", "/wallet/"),
    ],
)
def test_next_never_leaves_the_site(customer, wanted, to):
    answer = sign_in(customer.wallet.user.phone, next=wanted)

    assert answer["Location"] == to


def test_the_shop_stays_on_screen_while_signing_in(customer, shop):
    charge = factories.make_charge(shop)
    link = f"/p/{encode_token(charge.token).lower()}"

    with nothing_changes(charge):
        page = Client(SERVER_NAME="pay.test").get(LOGIN, {"next": link})
        wrong = sign_in(customer.wallet.user.phone, "000000", next=link)
    right = sign_in(customer.wallet.user.phone, next=link)

    assert page.context["charge"] == charge
    assert wrong.context["charge"] == charge
    assert right["Location"] == link


def test_the_shop_of_a_counter_code_stays_on_screen_too(customer, shop):
    code = factories.print_code(shop)
    link = f"/s/{encode_token(code.id).lower()}/"

    page = Client(SERVER_NAME="pay.test").get(LOGIN, {"next": link})
    wrong = sign_in(customer.wallet.user.phone, "000000", next=link)

    for shown in (page, wrong):
        assert shown.context["counter_code"] == code
        assert shop.store.name in shown.text
    assert "Verified shop" in wrong.text


@pytest.mark.parametrize("path", ["/wallet/", "/p/", "/wallet/payments/py_x/"])
def test_nobody_looks_without_a_session(path):
    answer = Client().get(path)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/wallet/sign-in/?next=%2F")


@pytest.mark.parametrize("change", [{"ended_at": True}, {"expires_at": True}])
def test_a_session_that_is_over_is_none(browser, customer, change):
    moment = timezone.now() - timedelta(seconds=1)
    Session.objects.filter(user=customer.wallet.user).update(**dict.fromkeys(change, moment))

    assert browser.get("/wallet/").status_code == 302


def test_a_person_who_may_no_longer_has_no_session(browser, customer):
    User.objects.filter(pk=customer.wallet.user_id).update(is_active=False)

    assert browser.get("/wallet/").status_code == 302


def test_signing_out_ends_the_session_for_good(browser, customer):
    answer = browser.post("/wallet/sign-out/")

    again = Client()
    again.cookies[WALLET_COOKIE] = customer.token
    assert answer["Location"] == LOGIN
    assert answer.cookies[WALLET_COOKIE].value == ""
    assert again.get("/wallet/").status_code == 302


def test_home_shows_the_balance_and_payments_by_day(browser, shop, customer):
    older, newer = (factories.sell(shop, customer, amount_minor=100) for _ in range(2))
    yesterday = timezone.now() - timedelta(days=1)
    date_back_transfers(Transfer.objects.exclude(pk=newer.id), to=yesterday)

    page = browser.get("/wallet/")

    assert page.context["balance_minor"] == 9800
    shown = [[row.line.transfer_id for row in rows] for _, rows in page.context["days"]]
    assert shown[0] == [newer.id]
    assert older.id in shown[1]
    assert "<small>€</small>98.00" in page.content.decode()


def test_home_comes_a_page_at_a_time(browser, shop, customer):
    for _ in range(43):
        factories.sell(shop, customer, amount_minor=1)

    pages = [browser.get("/wallet/")]
    while after := pages[-1].context["next_cursor"]:
        pages.append(browser.get("/wallet/", {"after": after}))

    counts = [sum(len(rows) for _, rows in page.context["days"]) for page in pages]
    # The newest are looked at after each payment, the rest seldom; the top-up is the oldest.
    assert counts == [12, 30, 2]


def test_a_cursor_that_is_none_is_not_found(browser):
    assert browser.get("/wallet/", {"after": "\x00"}).status_code == 404


def test_times_are_not_those_of_the_shop_looked_at_before(browser, customer):
    tokyo = factories.open_shop(time_zone="Asia/Tokyo")
    charge = factories.sell(tokyo, customer)
    timezone.deactivate()
    before = browser.get("/wallet/").content.decode()
    browser.get(f"/p/{encode_token(charge.token)}")
    after = browser.get("/wallet/").content.decode()

    times = re.compile(r"<time.*?</time>", re.DOTALL)
    # Of the day, the payment and the top-up.
    assert len(times.findall(before)) == 3
    assert times.findall(after) == times.findall(before)


def test_a_payment_is_shown_in_shop_time(browser, customer):
    shop = factories.open_shop(time_zone="Asia/Tokyo")
    factories.sell(shop, customer, amount_minor=1000)
    payment = Payment.objects.get()
    factories.refund(shop, payment.charge, amount_minor=300)

    page = browser.get(f"/wallet/payments/{payment.public_id}/")

    local = payment.confirmed_at.astimezone(ZoneInfo("Asia/Tokyo"))
    assert [refund.amount_minor for refund in page.context["refunds"]] == [300]
    assert f"{local:%H:%M:%S}" in page.content.decode()


def test_another_s_payment_looks_like_an_unknown_one(browser, shop, another):
    factories.sell(shop, another)
    theirs = Payment.objects.get().public_id

    for reference in (theirs, "py_" + "0" * 26, "x"):
        assert browser.get(f"/wallet/payments/{reference}/").status_code == 404


def test_a_typed_code_leads_to_its_charge(browser, shop):
    charge = factories.make_charge(shop)

    with nothing_changes(charge):
        answer = browser.post("/p/", {"code": charge.short_code_grouped.lower()})

    assert answer["Location"] == f"/p/{encode_token(charge.token).lower()}"


@pytest.mark.parametrize(
    "code", ["", "0000-0000", "https://pay.example/p/x", "\x00", "x" * 5000]
)
def test_a_wrong_code_is_asked_for_again(browser, code):
    answer = browser.post("/p/", {"code": code})

    assert answer.status_code == 422
    assert "Nothing was taken." in answer.context["error"]


def test_a_mistyped_code_is_to_be_checked(browser):
    answer = browser.post("/p/", {"code": "7K4M-92QX"})

    assert answer.status_code == 422
    assert answer.context["error"].startswith("One character is wrong, or two are swapped.")
    assert b"7K4M-92QX" in answer.content


def test_too_many_wrong_codes_are_refused(browser):
    for number in range(10):
        browser.post("/p/", {"code": encode_short_code(number)})

    answer = browser.post("/p/", {"code": "0000-0000"})

    assert "Too many wrong codes." in answer.context["error"]


def test_the_receipt_is_read_by_whoever_has_its_address(phone, customer):
    shop = factories.open_shop(time_zone="Asia/Tokyo")
    charge = factories.sell(shop, customer, amount_minor=1000)
    factories.refund(shop, charge, amount_minor=300)
    path = f"/r/{encode_token(charge.receipt_token).lower()}/"

    before = Client().get(path)
    issue_missing_receipts()
    after = Client().get(path)

    text = after.content.decode()
    local = timezone.localtime(charge.captured_at, ZoneInfo("Asia/Tokyo"))
    assert "Your receipt is being made" in before.content.decode()
    for shown in (shop.store.name, "€10.00", "€3.00", "00001", f"{local:%H:%M:%S}"):
        assert shown in text
    assert customer.wallet.user.email not in text


@pytest.mark.parametrize("token", ["0" * 26, "x", "u" * 26])
def test_an_unknown_receipt_is_not_found(db, token):
    assert Client().get(f"/r/{token}/").status_code == 404


def test_the_code_s_token_opens_no_receipt(shop, customer):
    charge = factories.sell(shop, customer)

    assert Client().get(f"/r/{encode_token(charge.token)}/").status_code == 404


def test_a_receipt_is_there_only_once_paid(shop):
    charge = factories.make_charge(shop)

    assert Client().get(f"/r/{encode_token(charge.receipt_token)}/").status_code == 404


def test_the_front_page_offers_wallet_till_and_dashboard_and_asks_no_database():
    text = Client().get("/").content.decode()

    assert re.findall(r'<h2><a href="([^"]*)">', text) == ["/wallet/", "/till/", "/dashboard/"]
    assert "demo" not in text


def test_a_code_can_be_typed(browser):
    page = browser.get("/p/")

    assert (page.status_code, page.context["error"]) == (200, "")
    assert 'name="code"' in page.content.decode()


def test_a_code_that_was_cut_short_is_not_called_a_fraud(browser):
    page = browser.post("/p/", {"code": "7k4m-92q"})

    assert page.status_code == 422
    assert "Type all eight letters and digits of the code." in page.content.decode()


def test_a_pasted_code_of_another_system_is_named(browser):
    page = browser.post("/p/", {"code": EXAMPLE})

    text = page.content.decode()
    assert page.status_code == 422
    assert "A code for another payment system" in text
    assert "which this wallet cannot do. It asks" in text


def test_a_pasted_bank_transfer_keeps_its_line_ends(browser):
    # As large as such a code may be, 331 bytes; the form makes two of every line end.
    lines = ["BCD", "002", "1", "SCT", "", "N" * 70, "IE29AIBK93115212345678"]
    lines += ["EUR999999999.99", "GDDS", "", "T" * 140, "I" * 59]

    page = browser.post("/p/", {"code": "\r\n".join(lines)})

    assert page.status_code == 422
    assert "A code for GiroCode" in page.text
    assert f"It asks 999999999.99 EUR for {'N' * 70}. Nothing was taken." in page.text
    assert "\n".join(lines) in page.text


def test_a_code_typed_with_enter_behind_it_leads_to_its_charge(browser, shop):
    charge = factories.make_charge(shop)

    answer = browser.post("/p/", {"code": f"{charge.short_code_grouped}\r\n"})

    assert answer["Location"] == f"/p/{encode_token(charge.token).lower()}"


def test_a_pasted_address_of_another_site_is_named_and_not_opened(browser):
    page = browser.post("/p/", {"code": "https://evil.example/pay?to=http://pay.test/"})

    text = page.content.decode()
    assert page.status_code == 422
    assert "another site, evil.example. It was not opened" in text
    assert 'href="https://evil.example' not in text


def test_a_long_history_asks_no_more_than_a_short_one(shop, customer, browser):
    factories.sell(shop, customer)
    short = count_queries(browser, "/wallet/")
    for _ in range(3):
        factories.sell(shop, customer)

    assert count_queries(browser, "/wallet/") == short
