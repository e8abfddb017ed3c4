"""The dashboard of a shop that is empty, sells in many currencies, or is only read."""

import re

import pytest
from django.test import Client
from uuid6 import uuid7

from identity.models import User
from ledger.accounts import get_or_open_house_account
from ledger.chart import AccountKind
from ledger.posting import post_together
from ledger.transfers import NewTransfer
from merchants.models import MerchantBalance, Role, Settlement
from merchants.onboarding import hire, open_merchant, open_store
from pos.terminals import add_terminal
from tests import factories
from tests.closing import PAGE, close_by_hand, read_open
from tests.flows.steps import open_dashboard
from tests.snapshots import nothing_changes

MINUS = "\N{MINUS SIGN}"
pytestmark = pytest.mark.django_db
PAGES = ["", "payments/", "settlements/", "tills/", "stores/", "items/", "people/"]
CURRENCIES = ["CLP", "EUR", "IDR", "JPY", "KWD"]


@pytest.fixture
def owner(shop):
    return open_dashboard(factories.hire_person(shop, role=Role.OWNER))


@pytest.fixture
def empty(db):
    """A merchant with an owner and nothing else, and the owner's browser."""
    merchant = open_merchant("Empty", country="IE", time_zone="Europe/Dublin")
    user = User.objects.create(name="Owner", email="owner@empty.test", pin_hash="set")
    return open_dashboard(hire(merchant, user, role=Role.OWNER)), merchant


@pytest.fixture
def many(shop):
    """Shops of one merchant in five currencies, each with a sale of 1500 minor units."""
    shops = {"EUR": shop}
    for currency in CURRENCIES:
        if currency not in shops:
            store = open_store(shop.merchant, name=f"Shop {currency}", currency=currency)
            till = add_terminal(store, name="Till")
            shops[currency] = factories.Shop(shop.merchant, store, till, token="", key="")
        payer = factories.open_customer(currency=currency)
        factories.sell(shops[currency], payer, amount_minor=1500)
    return shops


def read_text(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.content.decode()))


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_shop_is_a_checklist_on_every_page(empty, page):
    browser, _ = empty

    answer = browser.get(f"/dashboard/{page}")

    assert answer.status_code == 200
    assert "Until the first sale" in answer.content.decode()
    assert [step.is_done for step in answer.context["steps"]] == [
        False,
        False,
        True,
        False,
        False,
    ]


def test_the_checklist_ends_with_the_first_sale(owner, shop, customer):
    before = owner.get("/dashboard/")
    factories.make_item(shop)
    then = owner.get("/dashboard/")
    factories.sell(shop, customer)
    after = owner.get("/dashboard/")

    assert [step.is_done for step in before.context["steps"]] == [
        True,
        False,
        True,
        False,
        False,
    ]
    assert [step.is_done for step in then.context["steps"]] == [True, False, True, True, False]
    assert after.context["steps"] == []
    assert "Until the first sale" not in after.content.decode()


def test_an_empty_shop_has_nothing_to_close(empty):
    browser, _ = empty

    with nothing_changes():
        asked, pressed = (
            browser.get("/dashboard/settlements/close/"),
            browser.post("/dashboard/settlements/close/"),
        )

    assert "Nothing to settle" in asked.content.decode()
    assert pressed["Location"] == "/dashboard/settlements/close/"


def test_every_currency_is_on_the_overview(owner, many):
    page = owner.get("/dashboard/")

    text = read_text(page)
    for sold in ("CLP1,500", "€15.00", "IDR15.00", "¥1,500", "KWD1.500"):
        assert text.replace(" ", "").count(sold) >= 2, sold
    assert [today.currency for today in page.context["days"]] == CURRENCIES
    assert [preview.currency for preview in page.context["previews"]] == CURRENCIES


def test_the_settlements_page_speaks_of_every_currency(owner, many):
    page = owner.get("/dashboard/settlements/")

    text = read_text(page)
    assert "Figures in CLP, EUR, IDR, JPY, KWD, each on its own." in text
    assert page.context["balanced"].ok
    assert [each.currency for each in page.context["balanced"].checked] == CURRENCIES
    assert "Balanced CLP, EUR, IDR, JPY, KWD" in text


def test_one_currency_that_does_not_balance_takes_the_green_from_all(owner, many):
    for shop in many.values():
        factories.settle(shop)
    debit = MerchantBalance.objects.get(merchant=many["JPY"].merchant, currency="JPY")
    post_together(
        [
            NewTransfer(
                id=uuid7(),
                debit_account_id=debit.payable_account_id,
                credit_account_id=get_or_open_house_account(
                    AccountKind.FEE_INCOME, currency="JPY"
                ),
                amount_minor=1,
                currency="JPY",
                kind="fee",
                reference="a fee that no settlement tells of",
            )
        ]
    )

    page = owner.get("/dashboard/settlements/")

    assert page.context["balanced"].broken == ["JPY"]
    assert "Not balanced: JPY" in read_text(page)
    assert "chip ok" not in page.content.decode()


def test_closing_asks_first_and_shows_what_would_be_paid(owner, shop, customer):
    sale = factories.sell(shop, customer, amount_minor=1000)
    factories.refund(shop, sale, amount_minor=300)

    with nothing_changes():
        page = owner.get("/dashboard/settlements/close/")

    text = read_text(page)
    assert "€6.94 is paid out" in text
    assert "Payments (1) €10.00" in text
    assert f"Refunds (1) {MINUS}€3.00" in text
    assert f"Fees {MINUS}€0.06" in text
    assert close_by_hand(owner).status_code == 302
    settlement = Settlement.objects.get()
    (preview,) = page.context["previews"]
    assert (settlement.payout_minor, settlement.payout_due_on) == (
        preview.payout_if_closed_minor,
        preview.due_if_closed_on,
    )


def test_closing_says_when_a_sum_is_too_small_to_be_paid(owner, shop, customer):
    shop.merchant.payout_min_minor = 1000
    shop.merchant.save()
    factories.sell(shop, customer, amount_minor=500)

    text = read_text(owner.get("/dashboard/settlements/close/"))

    assert "Nothing is paid out in EUR" in text
    assert "Carried over to the next €4.97" in text


@pytest.mark.parametrize("page", PAGES)
def test_who_only_reads_sees_no_button_that_would_be_refused(shop, customer, page):
    factories.sell(shop, customer)
    factories.print_code(shop)
    accountant = open_dashboard(factories.hire_person(shop, role=Role.ACCOUNTANT))

    text = accountant.get(f"/dashboard/{page}").content.decode()

    assert re.findall(r'<form[^>]*action="([^"]*)"', text) == ["/dashboard/sign-out/"]
    for address in set(re.findall(r'href="(/dashboard/[^"#]*)', text)):
        assert accountant.get(address).status_code == 200, address


@pytest.mark.parametrize(
    ("path", "home", "label"),
    [
        ("/dashboard/nothing/", "/dashboard/", "Go to the dashboard"),
        ("/dashboard/payments/ch_x/", "/dashboard/", "Go to the dashboard"),
        ("/till/nothing/", "/till/", "Go to the till"),
        ("/tillage/", "/", "Go to the start"),
        ("/wallet/nothing/", "/", "Go to the start"),
    ],
)
def test_an_unknown_page_leads_back_to_where_one_came_from(owner, path, home, label):
    page = owner.get(path)

    assert page.status_code == 404
    assert f'<a class="sec" href="{home}">{label}</a>' in page.content.decode()


def test_the_address_of_a_form_leads_back_too(owner):
    page = owner.get("/dashboard/settlements/timetable/change/")

    assert (page.status_code, page["Allow"]) == (405, "POST")
    assert 'href="/dashboard/">Go to the dashboard' in page.content.decode()


def test_a_cashier_who_may_not_read_can_sign_out(shop):
    cashier = open_dashboard(factories.hire_person(shop, role=Role.CASHIER))

    page = cashier.get("/dashboard/")

    text = page.content.decode()
    assert page.status_code == 403
    assert "You are signed in as Nora Byrne." in text
    assert 'action="/dashboard/sign-out/"' in text
    assert "Go to the dashboard" not in text
    assert cashier.post("/dashboard/sign-out/")["Location"] == "/dashboard/sign-in/"


def test_an_accountant_who_may_not_change_is_led_back(shop):
    accountant = open_dashboard(factories.hire_person(shop, role=Role.ACCOUNTANT))

    page = accountant.get("/dashboard/settlements/close/")

    assert page.status_code == 403
    assert 'href="/dashboard/">Go to the dashboard' in page.content.decode()


def test_a_form_without_its_token_leads_back(shop):
    strict = Client(SERVER_NAME="pay.test", enforce_csrf_checks=True)
    strict.force_login(factories.hire_person(shop, role=Role.OWNER).user)

    page = strict.post("/dashboard/settlements/close/")

    assert page.status_code == 403
    assert "open for too long" in page.content.decode()
    assert 'href="/dashboard/"' in page.content.decode()


@pytest.mark.parametrize(
    ("path", "verb", "home"),
    [
        ("/dashboard/", "merchants.views.list_merchant_balances", "/dashboard/"),
        ("/till/pair/", "pos.views.pages.pair_terminal", "/till/"),
    ],
)
def test_a_mistake_of_ours_leads_back(owner, monkeypatch, path, verb, home):
    monkeypatch.setattr(verb, None)
    owner.raise_request_exception = False

    page = owner.post(path) if "pair" in path else owner.get(path)

    assert page.status_code == 500
    assert f'<a class="sec" href="{home}">' in page.content.decode()


def test_pressing_twice_closes_once_and_shows_the_same_settlement(owner, shop, customer):
    factories.sell(shop, customer, amount_minor=1000)
    seen = read_open(owner)
    first = owner.post(PAGE, {"open": seen})
    # Sold after the owner looked: no part of what was asked for.
    factories.sell(shop, customer, amount_minor=500)

    with nothing_changes():
        again = owner.post(PAGE, {"open": seen})
        unseen = owner.post(PAGE)
        odd = owner.post(PAGE, {"open": ["EUR", "EUR x", "JPY 2026-01-01", " "]})

    assert again["Location"] == first["Location"]
    assert unseen["Location"] == PAGE
    assert odd.status_code == 302
    assert Settlement.objects.get().sales_minor == 1000
