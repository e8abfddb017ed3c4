"""The camera in the browser: the wallet scans the shop's code, the till the customer's."""

import re

import pytest
import segno
from playwright.sync_api import expect

from tests.browser.codes import CUT, open_code, read_digits
from tests.browser.screens import Phone, Till
from tests.browser.windows import PHONE, TABLET, remember
from tests.qr.payloads import VECTORS
from tests.qr.test_charsets import write_epc
from tests.qr.test_split_codes import TRANSFER, draw, split

pytestmark = pytest.mark.usefixtures("codes_unused")
SCAN = "/wallet/scan/"
# As when another tab is looked at.
HIDE = """
  Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
"""
ALLOWED = {"permissions": ["camera"]}
PIX = next(each["payload"] for each in VECTORS if each["valid"] and each["format"] == "pix")
REFUSED = "status of 4"
# A browser that reads codes by itself, as Chromium does on Android and not here.
READER = """
  globalThis.BarcodeDetector = class {
    static async getSupportedFormats() { return ["qr_code", "code_128", "ean_13"]; }
    async detect(seen) {
      if (!(seen instanceof HTMLVideoElement)) throw new TypeError("no video");
      return [{ rawValue: "%s" }];
    }
  };
"""
# It sees another system's code in its first picture, and then the till's.
PASSING_READER = """
  let seen = 0;
  globalThis.BarcodeDetector = class {
    static async getSupportedFormats() { return ["qr_code"]; }
    async detect() { return [{ rawValue: ["%s", "%s"][Math.min(1, seen++)] }]; }
  };
"""
BROKEN_READER = """
  globalThis.BarcodeDetector = class {
    static async getSupportedFormats() { return ["qr_code", "code_128"]; }
    async detect() { throw new DOMException("no service", "NotSupportedError"); }
  };
"""


@pytest.fixture
def open_phone(camera_windows, stack, payer):
    """Open Li Wei's phone, which has a camera."""
    memory = remember(stack.url, "tessera_wallet", payer["token"])

    def open_window(**options):
        window = camera_windows.open(PHONE, state=memory, **(ALLOWED | options))
        return Phone(window)

    return open_window


@pytest.fixture
def camera_till(camera_windows, unlocked):
    """A till on a tablet that has a camera."""
    page = camera_windows.open(TABLET, state=unlocked, **ALLOWED)
    page.goto("/till/")
    return Till(page)


@pytest.fixture
def show_emv_codes(sql):
    """Show EMVCo codes at the tills while the test runs."""
    sql("UPDATE merchants_store SET code_format = 'emv'")
    yield
    sql("UPDATE merchants_store SET code_format = 'link'")


def open_collecting(till):
    # The till takes codes a moment after it can sell.
    expect(till.page.locator("#sound")).to_have_text(re.compile("Sound o"))
    till.page.get_by_role("button", name="Customer's code").click()


def test_the_wallet_scans_and_pays(till, camera, open_phone):
    till.charge("480")
    camera.show(till.scan())
    phone = open_phone()
    phone.open("/wallet/")
    phone.page.get_by_role("link", name="Scan").click()

    phone.expect_state("confirm", "Harbour Corner")
    phone.pay()
    till.expect_result("Paid")


@pytest.mark.usefixtures("show_emv_codes")
def test_the_wallet_scans_an_emvco_code_and_pays(till, camera, open_phone):
    till.charge("520")
    payload = till.scan()
    assert payload.startswith("000201")
    camera.show(payload)
    phone = open_phone()
    phone.open(SCAN)

    phone.expect_state("confirm", "Harbour Corner")
    phone.pay()
    till.expect_result("Paid")


def test_a_browser_that_reads_codes_sends_no_picture(till, camera, open_phone):
    till.charge("480")
    address = till.scan()
    phone = open_phone()
    phone.page.add_init_script(READER % address)
    sent = []
    phone.page.on("request", lambda request: sent.append(request.url))
    phone.open(SCAN)

    phone.expect_state("confirm", "Harbour Corner")
    assert not [url for url in sent if url.endswith("/pictures")]


def test_a_browser_that_only_says_so_has_the_server_read(till, camera, open_phone):
    till.charge("480")
    camera.show(till.scan())
    phone = open_phone()
    phone.page.add_init_script(BROKEN_READER)
    phone.open(SCAN)

    phone.expect_state("confirm", "Harbour Corner")


def test_another_system_s_code_is_told_and_ours_can_be_scanned_next(
    till, camera, open_phone, watch
):
    watch.expect(REFUSED)
    till.charge("480")
    camera.show(PIX)
    phone = open_phone()
    phone.open(SCAN)
    expect(phone.page.get_by_role("alert")).to_contain_text("A code for Pix")
    expect(phone.page.locator("#video")).to_be_hidden()

    camera.show(PIX, till.scan())
    phone.page.get_by_role("button", name="Scan again").click()

    phone.expect_state("confirm", "Harbour Corner")


def test_the_camera_waits_out_a_lost_connection(till, camera, open_phone, watch):
    watch.expect(CUT)
    till.charge("480")
    camera.show(till.scan())
    phone = open_phone()
    phone.page.route("**/pictures", lambda route: route.abort())
    phone.open(SCAN)
    expect(phone.page.get_by_role("status")).to_contain_text("No answer.")

    phone.page.unroute("**/pictures")

    phone.expect_state("confirm", "Harbour Corner")


def test_a_camera_that_is_not_allowed_leaves_the_other_ways(camera, open_phone):
    phone = open_phone(permissions=[])
    phone.open(SCAN)

    expect(phone.page.get_by_role("status")).to_contain_text("The camera is not allowed here.")
    expect(phone.page.get_by_role("button", name="Scan again")).to_be_visible()
    phone.page.get_by_role("link", name="Type the till's code").click()
    expect(phone.page.get_by_label("Code")).to_be_focused()


def test_without_a_camera_a_picture_will_do(till, phone, tmp_path):
    till.charge("480")
    picture = tmp_path / "photo.png"
    till.page.screenshot(path=picture)
    phone.open(SCAN)
    expect(phone.page.get_by_role("status")).to_contain_text("gives no camera")

    phone.page.get_by_label("Choose a picture").set_input_files(picture)

    phone.expect_state("confirm", "Harbour Corner")


def test_a_picture_without_a_code_says_so(phone, watch, tmp_path):
    watch.expect(REFUSED)
    picture = tmp_path / "photo.png"
    phone.open("/wallet/")
    phone.page.screenshot(path=picture)
    phone.open(SCAN)

    phone.page.get_by_label("Choose a picture").set_input_files(picture)

    expect(phone.page.get_by_role("alert")).to_contain_text("No code can be made out")


def test_with_two_sales_in_view_the_phone_waits_for_one(till, camera, open_phone):
    till.charge("480")
    first = till.scan()
    till.page.get_by_role("button", name="Cancel sale").click()
    till.page.get_by_role("button", name="New sale").click()
    till.charge("520")
    camera.show(first, till.scan())
    phone = open_phone()
    phone.open(SCAN)

    expect(phone.page.get_by_role("status")).to_contain_text("More than one code")
    expect(phone.page.locator("#video")).to_be_visible()


def test_what_a_phone_swings_past_does_not_stop_it(till, camera, open_phone):
    till.charge("480")
    address = till.scan()
    phone = open_phone()
    phone.page.add_init_script(PASSING_READER % (PIX, address))
    phone.open(SCAN)

    phone.expect_state("confirm", "Harbour Corner")


def test_without_script_a_picture_will_do(windows, stack, payer, till, tmp_path):
    till.charge("480")
    picture = tmp_path / "photo.png"
    till.page.screenshot(path=picture)
    memory = remember(stack.url, "tessera_wallet", payer["token"])
    page = windows.open(PHONE, state=memory, java_script_enabled=False)
    page.goto(SCAN)

    page.get_by_label("Choose a picture").set_input_files(picture)
    page.get_by_role("button", name="Read this picture").last.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Harbour Corner")


def test_the_till_scans_the_customer_s_phone(camera, camera_till, phone):
    phone.open("/wallet/my-code/")
    camera.show(phone.page.locator("#digits").inner_text().replace(" ", ""))
    camera_till.type("480")
    open_collecting(camera_till)
    camera_till.page.get_by_role("button", name="Scan with the camera").click()

    camera_till.expect_result("Paid")
    expect(camera_till.page.locator("#result-rows")).to_contain_text("Li W.")


def test_a_till_that_has_used_the_camera_opens_it_by_itself(camera, camera_till, phone):
    camera_till.type("480")
    open_collecting(camera_till)
    camera_till.page.get_by_role("button", name="Scan with the camera").click()
    state = camera_till.page.locator("#collect-state")
    expect(state).to_have_text("Hold the customer's code before the camera.")
    camera_till.page.get_by_role("button", name="Back").click()
    expect(camera_till.page.locator("#charge")).to_have_text("Charge €4.80")

    phone.open("/wallet/my-code/")
    camera.show(phone.page.locator("#digits").inner_text().replace(" ", ""))
    open_collecting(camera_till)

    camera_till.expect_result("Paid")


def test_the_till_goes_on_looking_past_what_is_no_payment_code(camera, camera_till):
    camera.show("https://shop.example/menu")
    camera_till.type("480")
    open_collecting(camera_till)
    camera_till.page.get_by_role("button", name="Scan with the camera").click()

    expect(camera_till.page.locator("#collect-state")).to_contain_text("no payment code")
    expect(camera_till.page.locator("#collect-finder")).to_be_visible()


def test_two_customers_codes_in_view_charge_nobody(
    camera, camera_till, phone, second_phone, count_payments
):
    before = count_payments()
    shown = []
    for holder in (phone, second_phone):
        open_code(holder)
        shown.append(read_digits(holder))
    camera.show(*shown)
    camera_till.type("480")
    open_collecting(camera_till)
    camera_till.page.get_by_role("button", name="Scan with the camera").click()

    expect(camera_till.page.locator("#collect-state")).to_contain_text("Two codes are in view.")
    assert count_payments() == before
    expect(camera_till.page.locator("#main")).to_have_attribute("data-screen", "entry")


def test_a_parcel_s_number_is_no_payment_code(camera, camera_till):
    camera.show("003400000000000001")
    camera_till.type("480")
    open_collecting(camera_till)
    camera_till.page.get_by_role("button", name="Scan with the camera").click()

    expect(camera_till.page.locator("#collect-state")).to_contain_text("no payment code")


@pytest.mark.parametrize("leave", ["close", "hide"])
def test_the_camera_goes_off_though_an_answer_is_still_out(camera, camera_till, leave):
    page = camera_till.page
    held = []

    def hold(route):
        held.append(route)

    page.route("**/pictures", hold)
    camera_till.type("480")
    open_collecting(camera_till)
    page.get_by_role("button", name="Scan with the camera").click()
    expect(page.locator("#collect-finder")).to_be_visible()
    expect(page.locator("#collect-video")).to_have_js_property("paused", value=False)
    track = page.evaluate_handle(
        "document.getElementById('collect-video').srcObject.getVideoTracks()[0]"
    )
    with page.expect_request("**/pictures"):
        pass

    if leave == "close":
        page.get_by_role("button", name="Back").click()
    else:
        page.evaluate(HIDE)
    for route in held:
        route.fulfill(json={"texts": ["771234567890123456"], "parts": []})

    expect(page.locator("#collect-video")).to_have_js_property("srcObject", value=None)
    assert track.evaluate("track => track.readyState") == "ended"
    expect(page.locator("#main")).to_have_attribute("data-screen", "entry")


def test_a_scanner_on_a_cable_still_types_into_the_sheet(camera, camera_till, phone):
    open_code(phone)
    camera_till.type("480")
    open_collecting(camera_till)
    camera_till.page.get_by_role("button", name="Scan with the camera").click()
    expect(camera_till.page.locator("#collect-state")).to_contain_text("Hold the customer")

    camera_till.page.keyboard.type(read_digits(phone))
    camera_till.page.keyboard.press("Enter")

    camera_till.expect_result("Paid")


@pytest.mark.parametrize("reader", ["the server", "the browser"])
def test_half_of_a_split_code_is_told_and_both_are_read(camera, open_phone, watch, reader):
    watch.expect(REFUSED)
    halves = split(TRANSFER, error="M")
    camera.show_pictures(draw(halves[0]))
    phone = open_phone()
    if reader == "the browser":
        # It takes the half for a whole code.
        phone.page.add_init_script(READER % TRANSFER[:30].replace("\n", "\\n"))
    phone.page.goto(SCAN)

    expect(phone.page.locator("#scan-state")).to_contain_text("This is part 1 of 2")
    camera.show_pictures(*(draw(half) for half in halves))
    phone.page.reload()

    expect(phone.page.locator("#error")).to_contain_text("It asks 12.30 EUR for Muller")


def test_what_the_browser_reads_by_a_guess_the_server_reads_again(camera, open_phone, watch):
    camera.show_pictures(draw(segno.make_qr(write_epc("5", "Иван").encode("iso8859-5"))))
    phone = open_phone()
    phone.page.add_init_script(READER % "BCD 002 5 SCT")
    phone.page.goto(SCAN)

    watch.expect(REFUSED)
    expect(phone.page.locator("#error")).to_contain_text("It asks 12.30 EUR for Иван")
