"""What the cashier relies on: one tap is one sale, and the screen tells what is true."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.screens import Till
from tests.browser.windows import PHONE, TABLET, remember

# A poll every two seconds, and some time for a slow machine.
POLL_TIMEOUT_MS = 5_000
SIZES = {
    "tablet": TABLET,
    "tablet upright": {"width": 820, "height": 1180},
    "phone": PHONE,
    "small phone": {"width": 320, "height": 640},
}
# Everything to press that is less than 48 pixels wide or high.
FIND_SMALL = """() => [...document.querySelectorAll("a, button, summary, input")]
  .filter((each) => each.checkVisibility() && !each.matches(".skip"))
  .map((each) => [each.outerHTML, each.getBoundingClientRect()])
  .filter(([, box]) => Math.min(box.width, box.height) < 48)
  .map(([html]) => html)"""
CUT = "ERR_FAILED|ERR_INTERNET_DISCONNECTED"


@pytest.fixture
def count_charges(sql):
    def count() -> int:
        return sql("SELECT count(*) FROM pos_charge")[0][0]

    return count


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_the_code_can_be_read_off_the_screen(windows, unlocked, stack, size):
    page = windows.open(size, state=unlocked)
    page.goto("/till/")
    till = Till(page)
    till.charge("480")

    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert till.scan().startswith(f"{stack.url.upper()}/P/"), scheme


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("size", [PHONE, {"width": 410, "height": 590}], ids=["high", "low"])
def test_a_long_name_of_a_shop_fits_a_phone(windows, unlocked, size, direction):
    till = Till(windows.open(size, state=unlocked))
    till.page.goto("/till/")
    root = till.page.locator(":root")
    root.evaluate("(root, dir) => { root.dir = dir; }", direction)
    till.page.locator(".bar h1").evaluate(
        "(title) => title.prepend('港湾小店 Harbour '.repeat(8))"
    )

    expect(root).to_have_js_property("scrollWidth", size["width"])
    till.charge("480")
    expect(root).to_have_js_property("scrollWidth", size["width"])


def test_what_a_finger_presses_on_a_phone_is_large_enough(windows, unlocked):
    page = windows.open(PHONE, state=unlocked)
    page.goto("/till/")
    expect(page.locator("#charge")).to_be_visible()

    small = page.evaluate(FIND_SMALL)

    assert small == []


def test_items_make_a_sale_with_lines(till, phone):
    till.page.get_by_role("tab", name="Items").click()
    till.page.get_by_role("button", name="Flat white €3.80").click()
    till.page.get_by_role("button", name="Flat white €3.80").click()
    till.page.get_by_role("button", name="Apple tart €5.20").click()
    till.page.get_by_role("button", name="Charge €12.80").click()
    phone.open(till.scan())
    phone.pay()
    till.expect_result("Paid")
    phone.page.get_by_role("link", name="Receipt").click()

    # The receipt is issued by Celery; until then the page offers to look again.
    row = phone.page.get_by_role("row", name="Flat white")
    again = phone.page.get_by_role("link", name="Look again")
    expect(row.or_(again)).to_be_visible()


@pytest.mark.parametrize("tap", ["click", "dblclick"])
def test_charge_makes_one_sale_however_often_it_is_tapped(till, count_charges, tap):
    before = count_charges()
    till.type("480")
    getattr(till.page.locator("#charge"), tap)()
    till.wait_for_code()

    expect(till.chip).to_have_text("Waiting for customer")
    assert count_charges() == before + 1


def test_a_lost_answer_to_charge_makes_one_sale(till, watch, count_charges):
    watch.expect(CUT)
    before = count_charges()
    lost: list[int] = []

    def lose_answer(route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.fallback()

    till.page.route("**/api/v1/charges", lose_answer)
    till.charge("480")

    assert lost == [201]
    assert count_charges() == before + 1


def test_without_a_stream_the_till_asks_and_with_one_it_listens(till, phone, watch):
    watch.expect(CUT)
    till.page.route("**/events", lambda route: route.abort())
    till.charge("480")
    phone.open(till.scan())
    expect(till.chip).to_have_text("Li W. is checking", timeout=POLL_TIMEOUT_MS)

    with till.page.expect_response(lambda answer: answer.url.endswith("/events") and answer.ok):
        till.page.unroute_all()
    phone.pay()

    expect(till.result).to_have_text("Paid", timeout=POLL_TIMEOUT_MS)


def test_a_sale_paid_without_a_stream_is_shown(till, phone, watch):
    watch.expect(CUT)
    till.page.route("**/events", lambda route: route.abort())
    till.charge("480")
    phone.open(till.scan())
    phone.pay()

    expect(till.result).to_have_text("Paid", timeout=POLL_TIMEOUT_MS)


def test_a_till_without_network_says_so_and_catches_up(till, phone, watch):
    watch.expect(CUT)
    till.charge("480")
    phone.open(till.scan())
    till.page.context.set_offline(True)
    expect(till.banner).to_contain_text("No connection: checking sale")
    expect(till.page.locator("#link")).to_have_text("No connection")
    phone.pay()
    expect(till.result).to_be_hidden()
    till.page.context.set_offline(False)

    expect(till.result).to_have_text("Paid", timeout=POLL_TIMEOUT_MS)
    expect(till.banner).to_be_hidden()


def test_a_reload_in_the_middle_restores_the_sale(till, phone, count_charges):
    till.charge("480")
    words, code = till.words.inner_text(), till.read_short_code()
    before = count_charges()
    till.page.reload()
    till.wait_for_code()

    assert (till.words.inner_text(), till.read_short_code()) == (words, code)
    assert count_charges() == before
    phone.open(till.scan())
    phone.pay()
    till.expect_result("Paid")


def test_a_sale_paid_during_a_reload_is_shown_as_paid(till, phone):
    till.charge("480")
    phone.open(till.scan())
    till.page.goto("about:blank")
    phone.pay()
    till.page.goto("/till/")

    till.expect_result("Paid")


@pytest.mark.parametrize("arrives", [True, False], ids=["answer lost", "never sent"])
def test_a_reload_while_a_refund_is_unknown_refunds_once(till, phone, watch, sql, arrives):
    watch.expect(CUT)
    till.charge("480")
    phone.open(till.scan())
    phone.pay()
    till.expect_result("Paid")
    before = sql("SELECT count(*) FROM pos_refund")[0][0]
    keys: list[str] = []

    def lose(route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if arrives and len(keys) == 1:
            route.fetch()
        route.abort()

    till.page.route("**/refunds", lose)
    till.page.goto("/till/activity/?status=captured")
    till.page.get_by_role("button", name=re.compile("^Refund")).first.click()
    sheet = till.page.get_by_role("dialog")
    sheet.get_by_label("Amount").fill("1.00")
    sheet.get_by_role("button", name="Refund €1.00").click()
    expect(sheet).to_contain_text("We do not know yet. Do not refund again")
    till.page.reload()
    expect(sheet).to_contain_text("We do not know yet. Do not refund again")
    expect(sheet.get_by_label("Amount")).to_have_value("1.00")
    till.page.unroute_all()

    expect(sheet.get_by_role("heading", name="Refunded €1.00")).to_be_visible()
    assert len(set(keys)) == 1
    assert sql("SELECT count(*) FROM pos_refund")[0][0] == before + 1
    till.page.reload()
    expect(sheet).to_be_hidden()


def test_an_unscanned_sale_is_canceled_at_once_and_the_amount_stays(till):
    till.charge("480")
    till.page.get_by_role("button", name="Cancel sale").click()
    till.expect_result("Sale canceled", "Nothing was taken.")
    till.page.get_by_role("button", name="Edit the sale").click()

    expect(till.page.locator("#charge")).to_have_text("Charge €4.80")


def test_five_more_minutes_are_one_tap_away(till, sql):
    till.charge("480")
    code = till.read_short_code().replace("-", "")
    sql("UPDATE pos_charge SET expires_at = now() + '30 s' WHERE short_code = %s", code)
    till.page.get_by_role("button", name="5 more minutes").click()

    expect(till.page.locator("#left")).to_have_text(re.compile(r"5:[123]\d"))


def test_a_whole_sale_needs_only_the_keyboard(till, phone):
    keys = till.page.keyboard
    for key in ["9", "Backspace", "4", "8", "0", "Enter"]:
        keys.press(key)
    phone.open(till.scan())
    expect(till.chip).to_have_text("Li W. is checking")
    keys.press("Escape")
    expect(till.page.get_by_role("dialog")).to_be_visible()
    keys.press("Escape")
    expect(till.page.get_by_role("dialog")).to_be_hidden()
    phone.pay()
    till.expect_result("Paid")
    keys.press("5")

    expect(till.page.locator("#charge")).to_have_text("Charge €0.05")


def test_every_control_of_the_till_is_reached_by_tab(till):
    till.type("480")
    reached = []
    for _ in range(40):
        till.page.keyboard.press("Tab")
        focused = till.page.locator(":focus")
        reached.append(focused.inner_text() if focused.count() else "")
    assert {"Keypad", "1", "00", "Charge €4.80", "Activity"} <= {
        text.strip() for text in reached
    }


def test_a_till_that_was_taken_away_asks_to_be_paired(windows, stack):
    page = windows.open(TABLET, state=remember(stack.url, "tessera_till", "tt_old"))
    page.goto("/till/")

    expect(page.get_by_label("Pairing code")).to_be_visible()


def test_a_till_without_its_cashier_is_locked(till):
    till.page.get_by_role("button", name="Lock").click()

    expect(till.page.get_by_role("heading", name="Who is at the till?")).to_be_visible()


def test_a_phone_serves_as_a_till(windows, unlocked, phone):
    page = windows.open(PHONE, state=unlocked)
    page.goto("/till/")
    till = Till(page)
    till.charge("480")
    phone.open(till.scan())
    phone.pay()

    till.expect_result("Paid")
