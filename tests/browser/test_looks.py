"""A page asks again only for what it does not show yet."""

import re
from collections import Counter

import pytest
from playwright.sync_api import expect

from tests.browser.screens import Phone, Till
from tests.browser.windows import PHONE, TABLET, remember

# Nothing is asked for because time has passed; and it is seen when a stream has greeted.
ONLY_BY_NEWS = """
    const natural = setTimeout;
    window.setTimeout = (call, ms, ...more) => (ms >= 2000 ? 0 : natural(call, ms, ...more));
    const Native = EventSource;
    window.EventSource = class extends Native {
      constructor(url) {
        super(url);
        this.addEventListener("hello", () => {
          document.documentElement.dataset.greeted = new URL(url, location).pathname;
        });
      }
    };
"""
ROW = re.compile(r"(?<=charges/)ch_\w+|(?<=/P/)\w+")


@pytest.fixture
def open_quiet(windows):
    """Open windows that never poll, and count what each asks for."""

    def open_window(size, state):
        page = windows.open(size, state=state)
        asked: Counter[str] = Counter()
        page.add_init_script(ONLY_BY_NEWS)

        def count(request) -> None:
            path = "/" + request.url.partition("://")[2].partition("/")[2]
            if not path.startswith("/static/"):
                asked[f"{request.method} {ROW.sub('…', path)}"] += 1

        page.on("request", count)
        return page, asked

    return open_window


@pytest.fixture
def till_and_count(open_quiet, unlocked):
    """A till whose first sale is over, so that the streams have missed nothing for a while."""
    page, asked = open_quiet(TABLET, unlocked)
    page.goto("/till/")
    expect_greeted(page, "/till/desk/events/")
    return Till(page), asked


@pytest.fixture
def phone_and_count(open_quiet, stack, payer):
    """Li Wei's phone."""
    page, asked = open_quiet(PHONE, remember(stack.url, "tessera_wallet", payer["token"]))
    return Phone(page), asked


def expect_greeted(page, stream):
    expect(page.locator(":root")).to_have_attribute("data-greeted", re.compile(stream))


def sell(till, phone):
    till.charge("480")
    phone.open(till.scan())
    expect(till.chip).to_have_text("Li W. is checking")
    expect_greeted(phone.page, "/api/v1/wallet/events")
    phone.pay()
    expect_greeted(phone.page, "/api/v1/wallet/events")
    till.expect_result("Paid")
    expect(till.page.locator("#receipt-number")).to_be_visible()


def test_a_sale_is_read_once_at_each_change_and_drawn_once(till_and_count, phone_and_count):
    (till, asked_by_till), (phone, asked_by_phone) = till_and_count, phone_and_count
    sell(till, phone)
    with till.page.expect_response("/till/desk/"):
        till.page.get_by_role("button", name="New sale").click()
    expect(till.page.locator("#charge")).to_be_visible()
    # The page of the last sale would hear of the next one while it is left.
    phone.page.goto("about:blank")
    asked_by_till.clear()
    asked_by_phone.clear()

    sell(till, phone)
    phone.page.get_by_role("link", name="Done").click()
    expect_greeted(phone.page, "/api/v1/wallet/events")
    phone.expect_state("home")

    assert asked_by_till == {
        "POST /api/v1/charges": 1,
        "GET /api/v1/charges/…/qr.svg": 1,
        "GET /api/v1/charges/…/events": 1,
        # Claimed, captured, numbered.
        "GET /api/v1/charges/…": 3,
    }
    assert asked_by_phone == {
        # To confirm, and paid.
        "GET /P/…": 2,
        "POST /api/v1/wallet/payments": 1,
        "GET /wallet/": 1,
        "GET /api/v1/wallet/events": 3,
    }


def test_a_canceled_sale_leaves_the_desk_when_it_is_laid_down(till_and_count):
    till, asked = till_and_count
    till.charge("480")
    till.page.get_by_role("button", name="Cancel sale").click()
    till.expect_result("Sale canceled", "Nothing was taken.")

    with till.page.expect_response("/till/desk/"):
        till.page.get_by_role("button", name="New sale").click()

    expect(till.page.locator("#desk [data-waiting]")).to_have_count(0)
    assert asked["POST /api/v1/charges/…/cancel"] == 1
