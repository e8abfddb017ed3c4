"""Money goes out by pages: the shop's account, a wallet's redemption, a run to the bank."""

import re

import psycopg
import pytest
from playwright.sync_api import expect

from tests.browser.layout import find_faults, speak
from tests.faults.shop import wait_for


@pytest.fixture
def see(check):
    """Check a page for everybody, in other languages and on every screen."""

    def look(page, state):
        check(page, state)
        for details in page.locator("main details").all():
            details.evaluate("details => details.open = true")
        faults = find_faults(page)
        # The console is the operator's own: its bar fits in English alone.
        for language in () if "/console/" in page.url else ("pseudo", "arabic"):
            speak(page, language)
            faults += [f"{language} {fault}" for fault in find_faults(page)]
        assert faults == [], state
        page.reload()

    return look


@pytest.fixture
def forget_maker(stack):
    """Forget who made the runs, so that one person releases them whatever their sum."""

    def forget():
        owner = stack.servers.owner_url(stack.database)
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute("UPDATE banking_paymentfile SET created_by_id = NULL")

    return forget


def name_account(office, see):
    office.goto("/dashboard/bank-account/")
    see(office, "no account")
    office.get_by_role("link", name="Name the account").click()
    office.get_by_label("IBAN").fill("IE00 AIBK 9311 5212 3456 78")
    office.get_by_label("Account holder").fill("Harbour Corner Ltd")
    office.get_by_label("Street").fill("Quay Street")
    office.get_by_label("Postcode").fill("D02 X285")
    office.get_by_label("Town").fill("Dublin")
    office.get_by_role("button", name="Use this account").click()
    expect(office.get_by_role("alert")).to_contain_text("no valid IBAN")
    office.get_by_label("IBAN").fill("IE29 AIBK 9311 5212 3456 78")
    office.get_by_role("button", name="Use this account").click()
    expect(office.get_by_text("Allied Irish Banks")).to_be_visible()
    see(office, "account in force")
    office.get_by_role("link", name="Change it").click()
    see(office, "another account")
    office.get_by_label("IBAN").fill("DE89370400440532013000")
    office.get_by_label("Account holder").fill("Harbour Corner GmbH")
    for label, text in (("Street", "Am Kai"), ("Postcode", "20457"), ("Town", "Hamburg")):
        office.get_by_label(label).fill(text)
    office.get_by_role("button", name="Ask for the change").click()
    expect(office.get_by_role("heading", name="A change waits")).to_be_visible()
    see(office, "a change waits")
    office.get_by_role("button", name="Withdraw the change").click()
    expect(office.get_by_role("heading", name="A change waits")).to_have_count(0)
    office.goto("/dashboard/settlements/")
    expect(office.get_by_text("Ordered").first).to_be_visible()
    see(office, "payouts are ordered")
    office.get_by_role("link", name=re.compile("^ST-")).first.click()
    see(office, "a payout is ordered")


def redeem(page, see, *, pin):
    page.goto("/wallet/")
    page.get_by_role("link", name="To my bank account").click()
    see(page, "to my bank account")
    page.get_by_label("Amount").fill("12,50")
    page.get_by_label("IBAN").fill("CH93 0076 2011 6238 5295 7")
    page.get_by_label("Your PIN").fill(pin)
    page.get_by_role("button", name="Pay out").click()
    expect(page.get_by_role("alert")).to_contain_text("town and country")
    page.get_by_label("IBAN").fill("DE89 3704 0044 0532 0130 00")
    page.get_by_label("Your PIN").fill(pin)
    page.get_by_role("button", name="Pay out").click()
    expect(page.get_by_text("Requested").first).to_be_visible()
    see(page, "redemption requested")


def send(console, see, forget_maker):
    console.goto("/console/runs/")
    expect(console.get_by_role("heading", level=1)).to_have_text("Payouts")
    see(console, "orders wait")
    console.get_by_role("button", name="Make a run").click()
    expect(console.get_by_text("Draft")).to_be_visible()
    see(console, "a draft")
    forget_maker()
    console.reload()
    with console.expect_navigation():
        console.get_by_role("button", name="Release the run").click()

    def is_sent():
        console.reload()
        return console.get_by_role("heading", level=1).locator("..").get_by_text("Sent").count()

    wait_for(is_sent)
    see(console, "a sent run")
    with console.expect_download() as download:
        console.get_by_role("button", name="Download").click()
    assert download.value.path().read_bytes().startswith(b"<?xml")


def look_at_the_rest(console, see):
    console.get_by_role("link", name="Li Wei").first.click()

    def is_accepted():
        console.reload()
        return console.get_by_text("Accepted").count()

    wait_for(is_accepted)
    see(console, "an order")
    console.goto("/console/reports/")
    see(console, "reports")
    console.goto("/console/log/")
    see(console, "the log")


def test_money_leaves_by_pages(office, phone, console, demo, see, watch, forget_maker):
    watch.expect("status of 4")
    page = phone.page

    name_account(office, see)
    redeem(page, see, pin=demo["customers"][0]["pin"])
    send(console, see, forget_maker)
    look_at_the_rest(console, see)

    def is_paid_out():
        page.reload()
        return page.get_by_text("Paid out").count()

    # The demo's bank has taken the file, and its statement of the day books what it paid.
    office.goto("/demo/bank/counter/")
    office.get_by_role("button", name="End the bank's day").click()
    wait_for(is_paid_out)
    see(page, "redemption paid out")
    page.goto("/wallet/")
    expect(page.get_by_text("To your bank account").first).to_be_visible()
