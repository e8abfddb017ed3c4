"""The phone's pages fit on every phone, in long words, right to left, and nothing jumps."""

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.layout import LANGUAGES, find_faults, speak
from tests.browser.windows import PHONE, remember

SMALL: ViewportSize = {"width": 320, "height": 568}
PAGES = [
    "/wallet/",
    "/wallet/tries/",
    "/wallet/scan/",
    "/wallet/my-code/",
    "/wallet/safety/",
    "/wallet/safeguarding/",
    "/wallet/limits/",
    "/wallet/currencies/",
    "/p/",
]
SHIFTS = """
  window.shifts = 0;
  new PerformanceObserver((list) => {
    for (const { hadRecentInput, value } of list.getEntries()) {
      if (!hadRecentInput) window.shifts += value;
    }
  }).observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture
def phone(windows, stack, payer):
    page = windows.open(PHONE, state=remember(stack.url, "tessera_wallet", payer["token"]))
    page.add_init_script(SHIFTS)
    return page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_wallet_fits(phone, language):
    faults = []
    phone.goto("/wallet/")
    payment = phone.locator(".day a").first.get_attribute("href")
    for address in (*PAGES, payment):
        phone.goto(address)
        speak(phone, language)
        faults += [f"{address} {each}" for each in find_faults(phone, screens=[PHONE, SMALL])]

    assert faults == []


def test_the_button_that_pays_is_whole_on_a_small_phone(till, phone):
    till.charge("4280")
    phone.set_viewport_size(SMALL)
    phone.goto(till.scan())
    expect(phone.locator("#expiry")).to_contain_text("Sale ends in")

    # Whom, how much, the PIN and the button, without scrolling.
    for name in ("h1", ".amt", "#pin", "#pay-button"):
        box = phone.locator(name).first.bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= SMALL["height"], name
    for language in LANGUAGES:
        phone.reload()
        speak(phone, language)
        assert find_faults(phone, screens=[PHONE, SMALL]) == [], language
    phone.locator("#decline").click()


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("size", [PHONE, SMALL], ids=["usual", "small"])
def test_nothing_jumps_while_a_page_opens(phone, address, size):
    phone.set_viewport_size(size)
    phone.goto(address)
    phone.wait_for_load_state("networkidle")
    if address == "/wallet/scan/":
        # Without a camera: what is said about that stands where the picture would be.
        expect(phone.locator("#main")).to_have_attribute("data-over", "true")

    assert phone.evaluate("window.shifts") == 0
