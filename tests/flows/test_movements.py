"""The wallet's history adds up: every movement with its balance, every try with its reason."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from ledger.models import Transfer
from ledger.queries import read_balance
from qr.links import encode_token
from tests import factories
from tests.clocks import date_back, date_back_transfers
from tests.flows.steps import open_wallet
from wallet.claims import decline_charge
from wallet.models import Attempt
from wallet.movements import PAGE_SIZE

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(customer):
    return open_wallet(customer)


def read_pages(phone):
    page = phone.get("wallet/movements").json()
    rows = page["data"]
    while page["next"] is not None:
        page = phone.get("wallet/movements", after=page["next"]).json()
        rows += page["data"]
    return rows


def in_minor(rows, name):
    return [row[name]["amount_minor"] for row in rows]


def test_payments_refunds_and_top_ups_each_have_their_line(phone, shop, customer):
    charge = factories.sell(shop, customer, amount_minor=1_200)
    refund = factories.refund(shop, charge, amount_minor=300)

    rows = read_pages(phone)

    assert [row["kind"] for row in rows] == ["refund", "capture", "top_up"]
    assert [row["title"] for row in rows] == [charge.store.name, charge.store.name, "Top-up"]
    assert in_minor(rows, "amount") == [300, -1_200, 10_000]
    assert in_minor(rows, "balance") == [9_100, 8_800, 10_000]
    assert rows[0]["payment"] == rows[1]["payment"] is not None
    assert [row["refund"] for row in rows] == [refund.public_id, None, None]


@pytest.mark.parametrize("count", [1, PAGE_SIZE - 1, PAGE_SIZE, 2 * PAGE_SIZE + 3])
def test_what_is_listed_adds_up_to_the_balance(phone, shop, customer, count):
    for number in range(count):
        charge = factories.sell(shop, customer, amount_minor=10 + number)
        if number % 3 == 0:
            factories.refund(shop, charge, amount_minor=1 + number % 10)

    rows = read_pages(phone)
    amounts, balances = in_minor(rows, "amount"), in_minor(rows, "balance")

    assert len({row["id"] for row in rows}) == len(rows)
    assert sum(amounts) == balances[0] == read_balance(customer.wallet.account_id)
    for place, after in enumerate(balances):
        assert after == sum(amounts[place:])


def test_a_refund_stands_on_its_own_day(browser, shop, customer):
    charge = factories.sell(shop, customer, amount_minor=1_000)
    factories.refund(shop, charge, amount_minor=400)
    week_ago = timezone.now() - timedelta(days=7)
    date_back_transfers(Transfer.objects.exclude(kind="refund"), to=week_ago)

    days = browser.get("/wallet/").context["days"]

    _, newest = days[0]
    assert [row.amount_minor for row in newest] == [400]
    assert sum(len(rows) for _, rows in days) == 3


def test_days_and_times_are_those_of_the_shop(browser, customer):
    tokyo = factories.open_shop(time_zone="Asia/Tokyo")
    factories.sell(tokyo, customer)

    page = browser.get("/wallet/")

    (day, rows), *_ = page.context["days"]
    local = rows[0].line.posted_at.astimezone(ZoneInfo("Asia/Tokyo"))
    assert (day, f"{local:%H:%M:%S}" in page.text) == (local.date(), True)
    # Money from the bank was nowhere: it stands in the time of what is next to it.
    assert rows[-1].zone == ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize("after", ["x", "mv_x", "py_" + "0" * 26, "mv_" + "0" * 26])
def test_a_cursor_of_nothing_is_unknown(phone, browser, after):
    assert phone.get("wallet/movements", after=after).status_code == 404
    assert browser.get("/wallet/", {"after": after}).status_code == 404


def test_another_s_movement_is_no_cursor(phone, another_phone, shop, customer, another):
    factories.sell(shop, another)
    theirs = another_phone.get("wallet/movements").json()["data"][0]["id"]

    assert phone.get("wallet/movements", after=theirs).status_code == 404


def test_a_try_that_was_refused_is_told_with_its_reason(phone, browser, shop, customer):
    charge = factories.make_charge(shop, amount_minor=5_000)
    claim = factories.claim(customer, charge)
    phone.post(
        "wallet/payments", {"claim": claim.public_id, "pin": "000000"}, key="a wrong PIN"
    )

    home, tries = browser.get("/wallet/"), browser.get("/wallet/tries/")

    for page in (home, tries):
        assert "Wrong PIN" in page.text
        assert "€50.00" in page.text
    assert [attempt.reason for attempt in home.context["tries"]] == ["pin_wrong"]


def test_what_was_paid_in_the_end_is_not_called_unpaid(phone, browser, shop, customer):
    claim = factories.claim(customer, factories.make_charge(shop, amount_minor=5_000))
    for pin, key in (("000000", "a wrong PIN"), (customer.pin, "the right one")):
        phone.post("wallet/payments", {"claim": claim.public_id, "pin": pin}, key=key)

    home, tries = browser.get("/wallet/"), browser.get("/wallet/tries/")

    assert list(home.context["tries"]) == []
    assert "Not paid" not in home.text
    assert [(each.reason, each.is_paid) for each in tries.context["tries"]] == [
        ("pin_wrong", True)
    ]
    assert "Wrong PIN · Paid later" in tries.text


def test_what_somebody_else_paid_stays_unpaid_by_this_wallet(browser, shop, customer, another):
    charge = factories.make_charge(shop, amount_minor=1_500)
    claim = factories.claim(customer, charge)
    Attempt.objects.create(claim=claim, reason="pin_wrong")
    decline_charge(claim)
    factories.confirm(another, factories.claim(another, charge))

    assert [each.reason for each in browser.get("/wallet/").context["tries"]] == ["pin_wrong"]
    assert "Paid later" not in browser.get("/wallet/tries/").text


def test_too_little_money_is_written_down_once_although_nobody_could_confirm(
    browser, shop, customer
):
    charge = factories.make_charge(shop, amount_minor=10_001)
    link = f"/p/{encode_token(charge.token).lower()}"

    pages = [browser.get(link) for _ in range(3)]

    assert {page.context["state"] for page in pages} == {"insufficient"}
    assert [each.reason for each in Attempt.objects.all()] == ["insufficient_funds"]
    assert "Not enough money" in browser.get("/wallet/").text


def test_to_be_asked_for_the_pin_is_no_failure(phone, browser, shop, customer):
    claim = factories.claim(customer, factories.make_charge(shop, amount_minor=5_000))
    phone.post("wallet/payments", {"claim": claim.public_id}, key="no PIN")

    assert Attempt.objects.get().reason == "pin_required"
    assert list(browser.get("/wallet/").context["tries"]) == []


def test_old_tries_leave_the_home_page_and_stay_in_the_list(browser, shop, customer):
    claim = factories.claim(customer, factories.make_charge(shop, amount_minor=5_000))
    for _ in range(31):
        Attempt.objects.create(claim=claim, reason="pin_wrong")
    date_back(Attempt.objects.all(), happened_at=timezone.now() - timedelta(days=2))

    first = browser.get("/wallet/tries/")
    second = browser.get("/wallet/tries/", {"after": first.context["next_cursor"]})

    assert list(browser.get("/wallet/").context["tries"]) == []
    assert [len(page.context["tries"]) for page in (first, second)] == [30, 1]
    assert browser.get("/wallet/tries/", {"after": "x"}).status_code == 404


def test_another_s_tries_are_not_told(browser, shop, another):
    claim = factories.claim(another, factories.make_charge(shop))
    Attempt.objects.create(claim=claim, reason="pin_wrong")

    assert list(browser.get("/wallet/tries/").context["tries"]) == []
