"""The operator's pages of shops, money by hand, search and jobs are for everybody."""

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.layout import find_faults
from tests.browser.windows import PHONE, TABLET

pytestmark = pytest.mark.slow
SMALL: ViewportSize = {"width": 320, "height": 568}
SCREENS = [TABLET, PHONE, SMALL]


@pytest.fixture
def see(console, check, watch):
    """Look at the open page: axe, and whether all fits on each screen, light and dark."""
    watch.expect("status of 4")

    def look(what):
        check(console, what)
        assert find_faults(console, screens=SCREENS) == [], what

    return look


@pytest.mark.parametrize(
    "address",
    [
        *("shops/", "adjustments/", "jobs/", "search/", "operators/", "second/"),
        *("network/", "fee-invoices/"),
    ],
)
def test_each_list_fits_and_is_readable(console, see, address):
    console.goto(f"/console/{address}")
    if address == "network/":
        console.get_by_role("button", name="Count now").click()
        expect(console.get_by_role("rowheader", name="Ireland")).to_be_visible()
        console.get_by_text("By month").click()
    see(address)


def test_another_fee_is_asked_for_and_withdrawn(console, see):
    console.goto("/console/shops/")
    console.get_by_role("link", name="Harbour Corner").click()
    see("a shop")
    console.get_by_label("Share of each sale").fill("0.8")
    console.get_by_label("Reason").fill("Contract")
    console.get_by_role("button", name="Ask for it").click()
    expect(console.get_by_text("Another operator has to agree.")).to_be_visible()
    see("a wish for another fee")
    console.get_by_role("button", name="Withdraw it").click()

    expect(console.get_by_label("Share of each sale")).to_be_visible()


def test_payouts_are_held_and_the_shop_reads_why(console, office, check, see):
    console.goto("/console/shops/")
    console.get_by_role("link", name="Harbour Corner").click()
    console.get_by_role("link", name="Hold payouts").click()
    console.get_by_role("button", name="Hold payouts").click()
    see("a hold that is not complete")
    console.get_by_label("Customers may have paid").check()
    console.get_by_label("Why").fill("Three customers say that they never were there")
    console.get_by_label("How to appeal").fill("Write to help@pay.test")
    console.get_by_role("button", name="Hold payouts").click()
    expect(console.get_by_role("heading", name="Held until")).to_be_visible()
    see("a hold")
    for page in ("settlements/", "settlements/timetable/"):
        office.goto(f"/dashboard/{page}")
        expect(office.get_by_text("Payouts are held until")).to_be_visible()
        check(office, f"{page} of a held shop")
        assert find_faults(office, screens=SCREENS) == []
    console.get_by_label("Why it is lifted").fill("They were")
    console.get_by_role("button", name="Lift the hold").click()

    expect(console.get_by_text("Payouts are not held.")).to_be_visible()
    see("an earlier hold")


def test_a_person_is_found_and_money_moved_by_hand(console, demo, see):
    person = demo["customers"][4]
    console.goto("/console/")
    console.get_by_role("searchbox").fill(person["name"])
    console.keyboard.press("Enter")
    expect(console.get_by_role("link", name=person["name"]).first).to_be_visible()
    see("what was found")
    console.get_by_role("link", name=person["name"]).first.click()
    expect(console.get_by_role("heading", level=1)).to_have_text(person["name"])
    see("a person")
    console.get_by_role("link", name="EUR").click()
    console.get_by_role("link", name="Correct by hand").click()
    console.get_by_role("button", name="Ask for it").click()
    see("an adjustment that is not complete")
    console.get_by_label("Amount").fill("2")
    console.get_by_label("Reason").fill("Sorry for the long wait in June")
    console.get_by_role("button", name="Ask for it").click()
    expect(console.get_by_role("heading", level=1)).to_have_text("€2.00")
    see("an adjustment")
    console.get_by_role("button", name="Withdraw it").click()

    expect(console.get_by_text("Withdrawn", exact=True)).to_be_visible()
    console.goto("/console/adjustments/")
    see("adjustments that were decided")


def test_a_sale_is_found_by_its_amount_and_the_last_operator_stays(console, demo, see):
    console.goto("/console/search/?q=3.80")
    console.locator("a[href*='/console/charges/']").first.click()
    console.wait_for_url("**/console/charges/*/")
    see("a sale")
    console.goto("/console/operators/")
    console.get_by_role("link", name="End: Aoife Kelly").click()
    console.get_by_label("Reason").fill("I leave")
    console.get_by_role("button", name="End it").click()

    expect(console.get_by_role("alert")).to_contain_text("Nobody else is an operator")
    see("the last operator")
