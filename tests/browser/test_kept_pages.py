"""Back: a browser may show a page as it was left. It is covered then, and read anew."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import launch
from tests.browser.screens import Office, Till, find_owner
from tests.browser.windows import PHONE, TABLET, Windows, remember

# Each page of ours that listens, or shows what is somebody's.
WALLET = ["", "my-code/", "scan/"]
OFFICE = ["", "payments/", "settlements/", "tills/", "stores/"]
# What a kept page did when it came back, and what was to be seen of it until it was read anew.
NOTE_RETURN = """
    addEventListener("pageshow", (event) => {
      if (!event.persisted) return;
      const seen = getComputedStyle(document.body).visibility;
      sessionStorage.setItem("returned", `${location.pathname} ${seen}`);
    });
    addEventListener("DOMContentLoaded", () => {
      document.documentElement.dataset.returned = sessionStorage.getItem("returned") ?? "";
    });
"""


# How many streams a kept page had when it came back, before it was read anew.
COUNT_STREAMS = """
    const Native = EventSource;
    window.streams = [];
    window.EventSource = class extends Native {
      constructor(url) {
        super(url);
        streams.push(this);
        this.addEventListener("open", () => {
          document.documentElement.dataset.streams = streams.length;
        });
      }
    };
    addEventListener("pageshow", (event) => {
      const open = streams.filter(({ readyState }) => readyState !== Native.CLOSED);
      const told = `${streams.length} made, ${open.length} open`;
      if (event.persisted) sessionStorage.setItem("streams", told);
    });
"""


@pytest.fixture(scope="module")
def keeping(chromium):
    """A Chromium that keeps the pages that are left, which playwright's own do not."""
    browser = launch(
        chromium.browser_type, ignore_default_args=["--disable-back-forward-cache"]
    )
    yield browser
    browser.close()


@pytest.fixture
def keep(keeping, stack, watch):
    """Open windows that keep every page, also those that ask not to be stored, as some do."""
    opened = Windows(keeping, url=stack.url, watch=watch)
    pages = []

    def open_window(size, **options):
        page = opened.open(size, **options)
        pages.append(page)
        page.context.route("**/*", drop_header)
        page.add_init_script(NOTE_RETURN)
        return page

    yield open_window
    for page in pages:
        page.context.unroute_all(behavior="ignoreErrors")
    opened.close()


def drop_header(route) -> None:
    if route.request.method != "GET" or "events" in route.request.url:
        route.fallback()
        return
    answer = route.fetch(max_redirects=0)
    kept = {name: value for name, value in answer.headers.items() if name != "cache-control"}
    route.fulfill(response=answer, headers=kept)


def expect_read_anew(page, path):
    root = page.locator(":root")
    expect(root).to_have_attribute("data-returned", f"{path} hidden")
    expect(root).not_to_have_attribute("data-left", re.compile(""))
    expect(page.locator("body")).to_be_visible()
    page.evaluate("sessionStorage.removeItem('returned')")


def go_back(page):
    page.evaluate("history.back()")


def test_the_till_s_pages_are_read_anew(keep, unlocked, phone):
    page = keep(TABLET, state=unlocked)
    page.goto("/till/")
    till = Till(page)
    till.charge("480")
    link = till.scan()
    page.goto("/till/activity/")
    expect(page.locator("#sales")).to_contain_text("Waiting")
    phone.open(link)
    phone.pay()
    go_back(page)
    expect_read_anew(page, "/till/")
    till.expect_result("Paid")
    page.evaluate("history.forward()")
    expect_read_anew(page, "/till/activity/")
    expect(page.locator("#sales tbody tr").first).to_contain_text("Paid")

    page.get_by_role("button", name="Lock").click()
    expect(page.get_by_role("heading", name="Who is at the till?")).to_be_visible()
    go_back(page)

    expect(page).to_have_url(re.compile("/till/unlock/"))
    expect(page.get_by_role("heading", name="Who is at the till?")).to_be_visible()


def test_a_page_that_was_left_listens_no_more(keep, unlocked):
    page = keep(TABLET, state=unlocked)
    page.add_init_script(COUNT_STREAMS)
    page.goto("/till/")
    Till(page).charge("480")
    # The sale's and the desk's.
    expect(page.locator(":root")).to_have_attribute("data-streams", "2")
    page.goto("/till/pair/")
    go_back(page)

    expect_read_anew(page, "/till/")
    assert page.evaluate("sessionStorage.getItem('streams')") == "2 made, 0 open"


@pytest.mark.parametrize("path", WALLET)
def test_the_wallet_s_pages_are_read_anew(keep, stack, payer, path):
    state = remember(stack.url, "tessera_wallet", payer["token"])
    page = keep(PHONE, state=state, service_workers="block")
    page.goto(f"/wallet/{path}")
    page.goto("/till/pair/")
    go_back(page)

    expect_read_anew(page, f"/wallet/{path}")


def test_the_dashboard_s_pages_are_read_anew_and_shown_to_nobody_else(keep, demo):
    page = keep(TABLET)
    Office(page).sign_in(find_owner(demo))
    for path in OFFICE:
        page.goto(f"/dashboard/{path}")
        page.goto("/till/pair/")
        go_back(page)
        expect_read_anew(page, f"/dashboard/{path}")
    page.get_by_role("button", name="Sign out").click()
    go_back(page)

    expect(page).to_have_url(re.compile("/dashboard/sign-in/"))
