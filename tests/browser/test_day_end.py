"""The day's end: cash in a few taps, the drawer counted, the till closed in four at most."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.windows import PHONE, TABLET

TAPS_MAX = 4
OFFERED = """async () => {
  const { listGiven, roundCash } = await import("/static/js/cash.js");
  return [listGiven(1234, [10000, 5000, 2000, 1000, 500, 200, 100]), listGiven(500, [500]),
          [1, 2, 3, 1003, 1002].map((minor) => roundCash(minor, 5)), roundCash(7, 1)];
}"""


@pytest.fixture
def takes_cash(till, sql):
    sql("UPDATE merchants_store SET takes_cash = true")
    till.page.reload()
    yield
    sql("UPDATE merchants_store SET takes_cash = false")


def test_a_sale_in_cash_and_the_day_s_end_in_four_taps(till, takes_cash, check):
    page, taps = till.page, 0

    def tap(button):
        nonlocal taps
        taps += 1
        button.click()

    till.charge("1234")
    page.get_by_role("button", name="Cash", exact=True).click()
    sheet = page.get_by_role("dialog")
    expect(sheet.locator("#cash-due")).to_have_text("€12.34")
    sheet.get_by_label("Given").first.fill("10")
    expect(sheet.locator("#cash-change")).to_have_text("Not enough yet")
    check(page, "cash, too little")
    sheet.get_by_label("Given").first.fill("15")
    expect(sheet.locator("#cash-change")).to_have_text("Change: €2.66")
    sheet.get_by_role("button", name="Cash received").click()
    till.expect_result("Paid in cash", "Change: €2.66")
    assert page.evaluate(OFFERED) == [
        [1300, 1400, 1500, 2000],
        [],
        [5, 5, 5, 1005, 1000],
        7,
    ]
    page.locator("#next").click()

    tap(page.get_by_role("link", name="Activity"))
    tap(page.get_by_role("link", name="Day's end"))
    for size in (PHONE, TABLET):
        page.set_viewport_size(size)
        check(page, f"day's end {size}")
        root = page.locator(":root")
        expect(root).to_have_js_property("scrollWidth", size["width"])
    expected = page.locator(".slip tr", has_text="Sales in cash").locator("td")
    tap(page.get_by_label("Cash counted"))
    page.keyboard.type(re.sub("[^0-9.]", "", expected.inner_text()))
    tap(page.get_by_role("button", name="Close the day"))

    expect(page.locator(".slip h1")).to_have_text(re.compile("Z report 0*[0-9]+"))
    expect(page.locator(".slip tr", has_text="Difference").locator("td")).to_have_text("€0.00")
    assert taps <= TAPS_MAX
    check(page, "closed")
