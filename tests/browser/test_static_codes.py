"""A printed code: made and printed in the dashboard, scanned, paid, told by tills, revoked."""

import io

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import expect

from tests.browser.screens import Phone
from tests.browser.windows import PHONE, remember

STORES = "/dashboard/stores/"


@pytest.fixture
def printed(office):
    """The address that a freshly printed code of the first store carries."""
    store = office.locator("section.shop").first
    office.goto(STORES)
    store.get_by_text("New counter code").click()
    store.get_by_label("Where it will hang").fill("Front counter")
    store.get_by_role("button", name="Make the code").click()
    row = office.locator("tr.new")
    expect(row).to_contain_text("Front counter")
    row.get_by_text("Print").click()
    address = row.get_by_role("link", name="A6, for the counter").get_attribute("href")
    answer = office.request.get(address)
    assert answer.headers["content-type"] == "application/pdf"
    with pypdfium2.PdfDocument(io.BytesIO(answer.body())) as document:
        (found,) = zxingcpp.read_barcodes(document[0].render(scale=3).to_pil())
    return found.text


def type_amount(phone, keys):
    for key in keys:
        phone.page.get_by_role("button", name=key, exact=True).click()


def test_a_printed_code_is_paid_and_every_till_says_so(till, phone, printed):
    phone.open(printed)
    expect(phone.title).to_have_text("Harbour Corner")
    type_amount(phone, ["4", "8", "0"])
    expect(phone.page.get_by_label("How much")).to_have_value("4.80")
    phone.page.get_by_role("button", name="Continue").click()
    phone.expect_state("confirm", "€4.80")
    phone.pay()

    expect(till.page.locator("#counter .note")).to_contain_text(
        "Paid €4.80 from the counter code"
    )
    expect(till.page.locator("#counter .note")).to_contain_text("Front counter · Li W.")
    till.page.goto("/till/activity/")
    expect(till.page.locator("tbody tr").first).to_contain_text("Counter code · Front counter")


def test_a_till_tells_of_a_payment_once(till, phone, printed):
    phone.open(printed)
    type_amount(phone, ["1", "00"])
    phone.page.get_by_role("button", name="Continue").click()
    phone.pay()
    expect(till.page.locator("#counter .note")).to_have_count(1)

    till.page.reload()

    expect(till.page.locator("#charge")).to_be_visible()
    with till.page.expect_response("**/api/v1/charges?source=static_code*"):
        pass
    expect(till.page.locator("#counter .note")).to_have_count(0)


def test_a_short_phone_shows_every_key(windows, stack, payer, printed):
    memory = remember(stack.url, "tessera_wallet", payer["token"])
    phone = Phone(windows.open({"width": 320, "height": 640}, state=memory))
    phone.open(printed)

    # Where a key is looked for there is that key, and nothing that lies over it.
    lowest = phone.page.locator("[data-key]").last
    expect(lowest).to_be_visible()
    assert lowest.evaluate(
        """key => {
          const { left, top, width, height } = key.getBoundingClientRect();
          return top + height <= innerHeight
            && key.contains(document.elementFromPoint(left + width / 2, top + height / 2));
        }"""
    )


def test_paying_at_a_printed_code_needs_no_script(windows, stack, payer, printed):
    phone = Phone(windows.open(PHONE, java_script_enabled=False))
    phone.open(printed)
    phone.sign_in(payer)
    phone.page.get_by_label("How much").fill("4,80")
    phone.page.get_by_role("button", name="Continue").click()
    phone.pay()

    expect(phone.title).to_have_text("Paid")


def test_a_revoked_code_takes_nothing(office, phone, printed):
    row = office.locator("tr.new")
    row.get_by_text("Revoke").click()
    row.get_by_role("button", name="Let nobody pay by Front counter").click()
    expect(office.get_by_text("Revoked").first).to_be_visible()

    phone.open(printed)

    phone.expect_state("refused", "The shop has revoked this printed code.")
