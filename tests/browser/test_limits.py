"""Limits: shown on the phone, higher ones asked for there, granted in the console."""

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.layout import LANGUAGES, find_faults, speak
from tests.browser.windows import PHONE, TABLET, remember

pytestmark = pytest.mark.slow
SMALL: ViewportSize = {"width": 320, "height": 568}
WALLET, CONSOLE = [PHONE, SMALL], [TABLET, PHONE]
REFUSAL = "Never in this light."


@pytest.fixture
def customer(demo):
    return demo["customers"][3]


@pytest.fixture
def phone(windows, stack, customer):
    return windows.open(PHONE, state=remember(stack.url, "tessera_wallet", customer["token"]))


def fill(page):
    page.get_by_label("Your name in law").fill("Sofia Rossi")
    page.get_by_label("Date of birth").fill("1990-04-05")
    page.get_by_label("Street").fill("Quay Street")
    page.get_by_label("Postcode").fill("D02 X285")
    page.get_by_label("Town").fill("Dublin")
    page.get_by_label("Country").select_option("IE")
    page.get_by_label("Document", exact=True).select_option("passport")
    page.get_by_label("Last signs of its number").fill("7K4")
    page.get_by_role("button", name="Ask for higher limits").click()


def open_wish(console, customer):
    console.goto("/console/")
    console.get_by_role("link", name="Higher limits").first.click()
    console.get_by_role("link", name=customer["name"]).first.click()
    expect(console.get_by_role("heading", level=1)).to_have_text(customer["name"])


def check_everywhere(page, check, where, *, screens):
    check(page, where)
    # The console's bar is laid out for English alone.
    for language in LANGUAGES if screens == WALLET else ("english",):
        page.reload()
        speak(page, language)
        assert find_faults(page, screens=screens) == [], f"{where}, {language}"
    page.reload()


def test_higher_limits_are_asked_for_declined_asked_for_again_and_granted(
    phone, console, customer, check, watch
):
    watch.expect("status of 4")
    phone.goto("/wallet/currencies/")
    check(phone, "currencies")
    phone.goto("/wallet/")
    phone.get_by_role("link", name="Your limits").click()
    expect(phone.get_by_role("meter")).to_have_count(3)
    check(phone, "limits")
    phone.get_by_role("button", name="Ask for higher limits").click()
    # The browser itself asks for what is missing: nothing was sent.
    expect(phone.get_by_text("Waits")).to_have_count(0)

    fill(phone)
    expect(phone.get_by_text("Waits")).to_be_visible()
    check_everywhere(phone, check, "asked", screens=WALLET)

    open_wish(console, customer)
    check_everywhere(console, check, "a wish", screens=CONSOLE)
    console.get_by_label("Reason").fill(REFUSAL)
    console.get_by_role("button", name="Decline").click()
    expect(console.get_by_text(REFUSAL)).to_be_visible()
    console.goto("/console/identities/")
    check_everywhere(console, check, "who asked", screens=CONSOLE)

    phone.reload()
    expect(phone.get_by_text(REFUSAL)).to_be_visible()
    check(phone, "declined")
    fill(phone)
    open_wish(console, customer)
    console.get_by_label("I have seen the document").check()
    console.get_by_role("button", name="Raise them").click()
    expect(console.get_by_text("Granted").first).to_be_visible()

    phone.reload()
    expect(phone.get_by_text("Nothing more can be raised.")).to_be_visible()
    check(phone, "granted")
    phone.emulate_media(color_scheme="dark")
    check(phone, "granted, in the dark")
