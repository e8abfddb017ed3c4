"""Scanners that are keyboards: whatever they type, no amount and no PIN changes."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.codes import read_digits

pytestmark = pytest.mark.usefixtures("codes_unused")
EAN_8, UPC_E, EAN_13, UPC_A, ITF_14 = (
    "96385074",
    "0425261",
    "4006381333931",
    "036000291452",
    "14006381333938",
)
# Of an item that the demo's shops sell.
BREAD = "2000000001012"
# The digits of a French keyboard, without Shift.
AZERTY = dict(zip("1234567890", "&é\"'(-è_çà", strict=True))
# Keys with the times they are pressed and let go at, as a scanner or a hand would have them: a
# busy machine would make others of them.
_PRESS = """async ([keys, pauses, hold]) => {
  let at = performance.now();
  keys.forEach((key, place) => {
    const send = (kind, when) => {
      const event = new KeyboardEvent(kind, { ...key, bubbles: true, cancelable: true });
      Object.defineProperty(event, "timeStamp", { value: when });
      (document.activeElement ?? document.body).dispatchEvent(event);
    };
    send("keydown", at);
    send("keyup", at + hold);
    at += pauses[place] ?? pauses.at(-1);
  });
}"""


def press(page, keys, *, pauses=(8,), hold=4, layout=None):
    """Type as a scanner does; a capital letter stands for a key with a name."""
    events = [
        {
            "key": (layout or {}).get(key, key),
            "code": f"Digit{key}" if re.fullmatch("[0-9]", key) else "",
        }
        for key in keys
    ]
    page.evaluate(_PRESS, [events, list(pauses), hold])


def wait_for_collector(till):
    expect(till.page.locator("#sound")).to_have_text(re.compile("Sound o"))


WAYS = {
    "Enter": {"end": ["Enter"]},
    "Tab": {"end": ["Tab"]},
    "CR and LF": {"end": ["Enter", "Enter"]},
    "nothing after it": {"end": []},
    "prefix": {"start": "]Q1", "end": ["Enter"]},
    "a pause": {"end": ["Enter"], "pauses": (8, 8, 8, 8, 8, 450, 8)},
    "a first key alone": {"end": ["Enter"], "pauses": (400, 8)},
    "a slow one": {"end": ["Enter"], "pauses": (70,)},
    "a slow one that holds its keys": {"end": ["Enter"], "pauses": (90,), "hold": 40},
    "a French keyboard": {"end": ["Enter"], "layout": AZERTY},
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_payment_code_is_taken_and_the_amount_stays(till, holder, way):
    wait_for_collector(till)
    till.type("480")
    keys = [*way.get("start", ""), *read_digits(holder), *way["end"]]
    press(
        till.page,
        keys,
        pauses=way.get("pauses", (8,)),
        hold=way.get("hold", 4),
        layout=way.get("layout"),
    )

    till.expect_result("Paid")
    expect(till.page.locator("#result-amount")).to_have_text("€4.80")


def test_article_codes_are_said_to_be_unknown_and_change_no_amount(till):
    wait_for_collector(till)
    note, charge = till.page.locator("#entry-note"), till.page.locator("#charge")
    for amount, shown in (("", "Charge"), ("480", "Charge €4.80")):
        till.type(amount)
        for code in (EAN_8, UPC_E, EAN_13, UPC_A, ITF_14):
            for end in ([], ["Enter"], ["Tab"]):
                till.page.evaluate("document.getElementById('entry-note').textContent = ''")
                press(till.page, [*code, *end])

                expect(note).to_contain_text(f"Unknown article {code}.")
                expect(charge).to_have_text(shown)


def test_the_bar_code_of_an_item_adds_it_to_the_sale(till):
    wait_for_collector(till)
    for shown in ("Charge €2.40", "Charge €4.80"):
        press(till.page, [*BREAD, "Enter"])
        expect(till.page.locator("#charge")).to_have_text(shown)

    expect(till.page.locator("#cart li:visible")).to_have_text(re.compile("Brown bread.*2"))
    expect(till.page.locator("#entry-note")).to_be_hidden()


@pytest.mark.parametrize("end", [["Enter"], ["Tab"], []], ids=["Enter", "Tab", "nothing"])
def test_a_scanner_that_rests_at_each_key_changes_no_amount(till, end):
    wait_for_collector(till)
    till.type("480")
    for code in (EAN_8, EAN_13, UPC_E):
        till.page.evaluate("document.getElementById('entry-note').textContent = ''")
        press(till.page, [*code, *end], pauses=(240,))

        expect(till.page.locator("#entry-note")).to_contain_text(f"Unknown article {code}.")
        expect(till.page.locator("#charge")).to_have_text("Charge €4.80")


def test_hands_type_as_ever_and_fast(till):
    wait_for_collector(till)
    # As many digits as an article's number, and right as one.
    press(till.page, [*"12500000"], pauses=(190,), hold=70)
    expect(till.page.locator("#charge")).to_have_text("Charge €125,000.00")
    press(till.page, ["Escape"], hold=70)
    press(till.page, [*"12345"], pauses=(60,), hold=48)
    expect(till.page.locator("#charge")).to_have_text("Charge €123.45")
    press(till.page, ["Backspace", "4", chr(0x0665)], pauses=(90,), hold=70)
    expect(till.page.locator("#charge")).to_have_text("Charge €1,234.45")
    press(till.page, ["Escape"], hold=70)
    expect(till.page.locator("#charge")).to_have_text("Charge")


def test_on_the_lock_screen_a_scan_is_no_try(till, demo, sql, watch):
    # The streams of the till that is locked.
    watch.expect("status of 401")
    cashier = demo["merchants"][0]["stores"][0]["cashiers"][0]
    sql("UPDATE identity_tries SET count = 0, locked_until = NULL")
    till.page.get_by_role("button", name="Lock").click()
    till.page.get_by_label(cashier["name"]).check()
    posts = []
    till.page.on("request", lambda request: posts.append(request.method))
    for code in ("246810", "123456", EAN_8, EAN_13, "770123456789012345"):
        for end in (["Enter"], ["Tab"], []):
            till.page.evaluate("document.getElementById('error').textContent = ''")
            press(till.page, [*code, *end])
            expect(till.page.locator("#error")).to_contain_text("That was scanned.")
            expect(till.page.locator("#pin")).to_have_value("")
    till.page.evaluate("document.getElementById('error').textContent = ''")
    press(till.page, [*EAN_8], pauses=(240,))
    expect(till.page.locator("#error")).to_contain_text("That was scanned.")
    # The keys above were pressed in the future.
    till.page.reload()
    till.page.get_by_label(cashier["name"]).check()
    assert "POST" not in posts
    assert sql("SELECT coalesce(sum(count), 0) FROM identity_tries") == [(0,)]

    press(till.page, [*cashier["pin"]], pauses=(130,), hold=80)

    expect(till.page.locator("#charge")).to_be_visible()


def test_a_scan_reaches_no_field_of_the_refund_sheet(till, phone):
    till.charge("480")
    phone.open(till.scan())
    phone.pay()
    till.expect_result("Paid")
    till.page.goto("/till/activity/?status=captured")
    till.page.get_by_role("button", name=re.compile("^Refund")).first.click()
    sheet = till.page.get_by_role("dialog")
    for field in ("Amount", "Reason"):
        sheet.get_by_label(field).focus()
        before = sheet.get_by_label(field).input_value()
        for code in (EAN_8, EAN_13, "ABC-1234"):
            press(till.page, [*code, "Enter"])
            expect(sheet.locator("#r-note")).to_contain_text("Nothing was refunded.")
        till.page.keyboard.insert_text(EAN_13)
        expect(sheet.get_by_label(field)).to_have_value(before)

    sheet.get_by_label("Amount").fill("")
    sheet.get_by_label("Amount").focus()
    press(till.page, [*"1.25"], pauses=(110,), hold=80)
    expect(sheet.locator("#r-send")).to_have_text("Refund €1.25")
