"""What a scanner types at the till at an odd moment, or what is no code of ours."""

from playwright.sync_api import expect

from tests.browser.codes import CUT, type_fast
from tests.browser.test_codes import REFUSED, WECHAT

# As an EMVCo consumer-presented code is: longer than any number.
CONSUMER_CODE = (
    "hQVDUFYwMWGTTwegAAAGAiAgUAdxcmlzY3BtWgqTYAUDMSNFZ4mfXyALUmlraSBEZXJpYW5fLQRpZGVuX1AXcmlraS5kZXJp"
    "YW5AcXJpc2NwbS5jb22fJQJ4mWM/n3Q8MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw"
)
# As a hand does; what a script sets is not cut to the field's length.
PASTE = "(text) => document.execCommand('insertText', false, text)"


def test_a_scan_before_the_till_listens_charges_nothing(windows, unlocked, watch):
    watch.expect(CUT)
    page = windows.open(state=unlocked)
    page.route("**/js/collect*.js*", lambda route: route.abort())
    page.goto("/till/")
    expect(page.locator("#charge")).to_be_visible()

    type_fast(page, WECHAT)

    expect(page.locator("#entry-note")).to_contain_text("That was scanned, not typed.")
    expect(page.locator("#total")).to_have_text("€0.00")
    expect(page.locator("#main")).to_have_attribute("data-screen", "entry")
    page.unroute_all()


def test_an_emvco_consumer_code_is_pasted_whole_and_refused_by_name(till, watch):
    watch.expect(REFUSED)
    till.type("480")
    till.page.get_by_role("button", name="Customer's code").click()
    field = till.page.get_by_label("Scan the code on the customer's phone")
    expect(field).to_be_focused()
    till.page.evaluate(PASTE, CONSUMER_CODE)
    expect(field).to_have_value(CONSUMER_CODE)
    till.page.keyboard.press("Enter")

    expect(till.page.locator("#refused")).to_contain_text("EMVCo")
    expect(till.chip).to_have_text("Waiting for customer")


def test_the_sheet_opens_though_the_button_was_pressed_before_it_was_there(till):
    field = till.page.get_by_label("Scan the code on the customer's phone")
    till.type("480")
    till.page.route("**/js/collect*.js*", hold_back)
    till.page.reload()
    till.page.get_by_role("button", name="Customer's code").click()

    expect(field).to_be_focused()
    expect(till.page.locator("#collect-go")).to_have_text("Collect €4.80")


def hold_back(route):
    """Answer only once the button has been pressed."""
    expect(route.request.frame.page.locator("#main")).to_have_attribute("data-wanted", "entry")
    route.continue_()
