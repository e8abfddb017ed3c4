"""Money comes in: announced by a customer, sent at the demo's bank, told live, looked at."""

import re

import pytest
from playwright.sync_api import ViewportSize, expect

from demo.bank.branch import OPERATOR_IBAN, OPERATOR_NAME
from tests.browser.layout import find_faults
from tests.browser.windows import PHONE, remember
from tests.faults.shop import wait_for

pytestmark = pytest.mark.slow
# Bank, banker and stream each take a turn, on a machine that may start two stacks.
ARRIVAL_TIMEOUT_MS = 60_000
SMALL: ViewportSize = {"width": 320, "height": 568}


@pytest.fixture
def phone(windows, stack, payer):
    return windows.open(PHONE, state=remember(stack.url, "tessera_wallet", payer["token"]))


def read_slip(phone):
    """Return the text of the code that a banking app would read, from the facts beside it."""
    copies = phone.locator("[data-copy]")
    facts = [copies.nth(place).get_attribute("data-copy") for place in range(4)]
    holder, iban, bic, reference = facts
    amount = re.sub(r"[^\d.]", "", phone.locator(".amt").inner_text())
    return f"BCD\n002\n1\nSCT\n{bic}\n{holder}\n{iban}\nEUR{amount}\n\n{reference}"


def send(page, code):
    """Send money at the demo's bank, as a banking app would."""
    page.goto("/demo/bank/")
    page.get_by_label("Text of the payment code").fill(code)
    page.get_by_role("button", name="Read the code").click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("sent to")


def test_a_top_up_is_announced_sent_and_told_while_the_page_is_open(phone, windows, check):
    phone.goto("/wallet/")
    phone.get_by_role("link", name="Top up").first.click()
    check(phone, "how much")
    phone.get_by_label("How much?").fill("25.00")
    phone.get_by_role("button", name="Continue").click()
    expect(phone.get_by_text("Waiting for your payment")).to_be_visible()
    check(phone, "how to pay")
    assert find_faults(phone, screens=[PHONE, SMALL]) == []

    bank = windows.open()
    send(bank, read_slip(phone))

    arrived = phone.get_by_role("heading", name="€25.00 arrived")
    expect(arrived).to_be_visible(timeout=ARRIVAL_TIMEOUT_MS)
    check(phone, "arrived")
    phone.get_by_role("link", name="To the wallet").click()
    # Payments that another test tried in vain stand above the movements.
    expect(phone.get_by_role("main")).to_contain_text("+€25.00")


def test_the_operator_s_pages_are_for_everybody_and_settle_a_break(windows, console, check):
    bank = windows.open()
    send(bank, read_code())
    for address in ("statements/", "breaks/", "safeguarding/", "accounts/", "accounts/new/"):
        console.goto(f"/console/{address}")
        check(console, address)

    wait_for(lambda: console.goto("/console/breaks/") and console.locator("tbody a").count())
    console.locator("tbody a").first.click()
    check(console, "a break")
    console.get_by_role("link", name="Open it").click()
    check(console, "a statement")
    console.go_back()
    console.get_by_label("Why?").fill("The customer was called")
    console.get_by_role("button", name="Keep it").click()

    expect(console.get_by_text("Kept").first).to_be_visible()
    console.set_viewport_size(PHONE)
    for address in ("breaks/", "safeguarding/", "statements/"):
        console.goto(f"/console/{address}")
        check(console, f"{address} on a phone")


def read_code():
    """Return the code of money that nobody has announced."""
    return f"BCD\n002\n1\nSCT\n\n{OPERATOR_NAME}\n{OPERATOR_IBAN}\nEUR12.00\n\n\nlunch"
