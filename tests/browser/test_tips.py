"""VAT on top and a tip, from the owner's setting to the receipt, in the windows people use."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import inspect
from tests.browser.screens import Office, Phone, Till, find_owner
from tests.browser.windows import PHONE, TABLET


@pytest.fixture
def prices(windows, demo):
    """The page of the first store's VAT and tips; what is chosen there is undone."""
    office = Office(windows.open(TABLET))
    office.sign_in(find_owner(demo))
    office.page.goto("/dashboard/stores/")
    office.page.get_by_role("link", name="VAT and tips: Harbour Corner").click()
    yield office.page
    save(office.page, prices="With VAT", rate="", tips=False)


def save(page, *, prices, rate, tips):
    page.get_by_label(prices).check()
    page.get_by_label("Default rate in percent").fill(rate)
    page.get_by_label("Ask customers for a tip").set_checked(tips)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved. The next sale goes by it.")


def test_vat_comes_on_top_and_the_customer_adds_a_tip(windows, demo, payer, prices):
    save(prices, prices="Without VAT", rate="23", tips=True)
    office = Office(windows.open(TABLET))
    office.sign_in(find_owner(demo))
    till = Till(windows.open(TABLET))
    till.page.goto("/till/pair/")
    till.page.get_by_label("Pairing code").fill(office.make_pairing_code("Till 2"))
    till.page.get_by_role("button", name="Pair").click()
    till.unlock(demo["merchants"][0]["stores"][0]["cashiers"][0])
    till.type("1000")
    expect(till.page.locator("#cart-vat")).to_have_text("VAT 23 %€2.30")
    expect(till.page.locator("#charge")).to_have_text("Charge €12.30")
    till.page.locator("#charge").click()
    phone = Phone(windows.open(PHONE))
    phone.open(till.scan())
    phone.sign_in(payer)
    inspect(phone.page, "asked for a tip")

    phone.page.get_by_role("button", name="10 %").click()

    expect(till.page.locator("#code-tip")).to_have_text("of which tip €1.20")
    expect(till.page.locator("#code-amount")).to_have_text("€13.50")
    expect(phone.row("Tip")).to_have_text("€1.20")
    phone.pay()
    till.expect_result("Paid")
    expect(till.page.locator("#result-rows")).to_contain_text("Tip within it€1.20")
    phone.page.get_by_role("link", name="Receipt").click()
    table = phone.page.get_by_role("table", name="VAT of the sale")
    expect(table.get_by_role("row").last).to_have_text("23 % €10.00 €2.30 €12.30")
