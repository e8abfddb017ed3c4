"""The till's screens around a sale: amounts whole, one clock, and why it was not paid."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.codes import READ_BALANCE
from tests.browser.moneys import open_charge, open_shops, remember_till
from tests.browser.screens import Till
from tests.browser.windows import PHONE

SIZES = [
    {"width": width, "height": height}
    for pair in [(1024, 768), (1180, 820), (1280, 800)]
    for width, height in (pair, pair[::-1])
]
AMOUNTS = {
    "EUR": (99_999_999, "€999,999.99"),
    "IDR": (150_000_000, "IDR 1,500,000.00"),
    "KWD": (999_999_999, "KWD 999,999.999"),
}
GERMAN = "Donaudampfschifffahrtsgesellschaftskapitänskajütenkaffeehaus am Hauptbahnhof"
ARABIC = "مقهى ومخبز الميناء القديم للقهوة والحلويات الشرقية والمشروبات الباردة والساخنة"
# Whether all of an element is to be seen: inside its screen, on one line, and not cut off.
MEASURE = """(amount) => {
  const box = amount.getBoundingClientRect();
  const around = amount.parentElement.getBoundingClientRect();
  const size = parseFloat(getComputedStyle(amount).fontSize);
  return {
    inside: box.left >= around.left - 1 && box.right <= around.right + 1
      && box.left >= 0 && box.right <= innerWidth && box.top >= 0 && box.bottom <= innerHeight,
    line: box.height < 1.5 * size,
    whole: amount.scrollWidth <= Math.ceil(amount.clientWidth || box.width) + 1,
    large: size >= 28,
  };
}"""
WHOLE = {"inside": True, "line": True, "whole": True, "large": True}
RENAME = """([name, dir]) => {
  document.documentElement.dir = dir;
  const names = document.querySelectorAll(".bar bdi, #code-title bdi");
  for (const each of names) each.textContent = name;
}"""
CUT_OFF = """() => [...document.querySelectorAll(
    "#cancel, #collect, #words, #short, #chip, .left-time b, #code-title span:not([hidden])")]
  .map((each) => [each.id || each.className, each.getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.left < 0 || box.right > innerWidth + 1))
  .map(([name]) => name)"""
WRITE_TIMES = """async ([locale, time]) => {
  document.documentElement.lang = locale;
  const clock = await import(`/static/js/page.js?${locale}`);
  return [clock.writeMinute(time, "Europe/Dublin"), clock.writeTime(time, "Europe/Dublin")];
}"""
# Of the bar of a till: names that give way to what stands beside them.
CUT_NAMES = """() => [...document.querySelectorAll(".who bdi")].filter((name) =>
  name.getBoundingClientRect().right > name.parentElement.getBoundingClientRect().right + 1,
).map((name) => name.textContent)"""
OUT_OF_SIGHT = """() => {
  const edge = document.getElementById("sales").getBoundingClientRect().right;
  return [...document.querySelectorAll("#sales :is(a, button)")]
    .filter((each) => each.getBoundingClientRect().right > edge)
    .map((each) => each.ariaLabel ?? each.textContent);
}"""
MORNING = "2026-06-01T03:14:05Z"
LOCALES = ["ar-EG", "bg", "de", "en", "fa", "fi", "hi", "ja", "ko", "mr", "sv", "zh-CN"]


@pytest.fixture(scope="module")
def shops(stack):
    return open_shops(stack)


@pytest.mark.parametrize("currency", AMOUNTS)
def test_a_large_amount_is_whole_on_every_screen(shops, windows, stack, sql, currency):
    amount_minor, shown = AMOUNTS[currency]
    charge = open_charge(stack, shops[currency], amount_minor)
    state = remember_till(sql, stack, shops[currency])
    page = windows.open(SIZES[0], state=state)
    page.goto(f"/till/?sale={charge['id']}")
    till = Till(page)
    till.wait_for_code()
    amount = page.locator("#code-amount")
    assert re.sub(r"\s", " ", amount.inner_text()) == shown

    for size in SIZES:
        page.set_viewport_size(size)
        assert (size, amount.evaluate(MEASURE)) == (size, WHOLE)
    page.get_by_role("button", name="Cancel sale").click()
    till.expect_result("Sale canceled", "Nothing was taken.")
    for size in SIZES:
        page.set_viewport_size(size)
        measured = page.locator("#result-amount").evaluate(MEASURE)
        assert (size, measured) == (size, WHOLE)


@pytest.mark.parametrize(
    ("name", "direction", "scheme"), [(GERMAN, "ltr", "light"), (ARABIC, "rtl", "dark")]
)
def test_long_names_leave_the_code_and_its_buttons_whole(till, name, direction, scheme):
    till.page.emulate_media(color_scheme=scheme)
    till.charge("480")
    till.page.evaluate(RENAME, [name, direction])

    for size in SIZES:
        till.page.set_viewport_size(size)
        root = till.page.locator(":root")
        expect(root).to_have_js_property("scrollWidth", size["width"])
        assert (size, till.page.evaluate(CUT_OFF)) == (size, [])
        till.page.locator("#cancel").scroll_into_view_if_needed()
        expect(till.page.locator("#cancel")).to_be_in_viewport(ratio=1)


def test_names_and_buttons_are_whole_on_every_tablet(till):
    for size in SIZES:
        till.page.set_viewport_size(size)
        assert (size, till.page.evaluate(CUT_NAMES)) == (size, [])
    till.page.goto("/till/activity/?status=captured")
    expect(till.page.get_by_role("button", name=re.compile("^Refund")).first).to_be_visible()

    for size in SIZES:
        till.page.set_viewport_size(size)
        assert (size, till.page.evaluate(OUT_OF_SIGHT)) == (size, [])


def test_a_phone_shows_an_amount_of_millions_whole(till, phone):
    till.charge("123456789")
    phone.open(till.scan())
    for size in (PHONE, {"width": 320, "height": 568}):
        phone.page.set_viewport_size(size)
        assert (size, phone.page.locator(".amt").evaluate(MEASURE)) == (size, WHOLE)


def read_clock(text: str) -> tuple[int, int]:
    (left, passed) = re.findall(r"(\d+):(\d\d)", text)
    return int(left[0]) * 60 + int(left[1]), int(passed[0]) * 60 + int(passed[1])


def test_till_and_phone_show_one_clock(till, phone):
    till.charge("480")
    expect(till.page.locator("#code-title")).to_have_text(re.compile("Scan to pay"))
    phone.open(till.scan())
    expect(till.chip).to_have_text("Li W. is checking")

    clock = till.page.locator(".left-time > span")
    expect(clock).to_have_text(re.compile(r"Sale ends in \d:\d\d\s+\d:\d\d so far"))
    there = phone.page.locator("#expiry")
    expect(there).to_have_text(re.compile(r"Sale ends in \d:\d\d · \d:\d\d so far"))
    on_till, on_phone = read_clock(clock.inner_text()), read_clock(there.inner_text())
    # Read one after the other, on a machine that may be slow.
    assert abs(on_till[0] - on_phone[0]) <= 3
    assert abs(on_till[1] - on_phone[1]) <= 3
    assert on_till[0] + on_till[1] in {299, 300, 301}
    title = till.page.locator("#code-title")
    expect(title.get_by_text("Confirm on the phone to pay")).to_be_visible()
    expect(title.get_by_text("Scan to pay")).to_be_hidden()


def test_times_are_whole_in_every_language(windows):
    page = windows.open(PHONE)
    page.goto("/wallet/sign-in/")

    for locale in LOCALES:
        minute, second = page.evaluate(WRITE_TIMES, [locale, MORNING])
        numbers = [re.findall(r"\d+", text) for text in (minute, second)]
        assert (locale, [[int(each) for each in found] for found in numbers]) == (
            locale,
            [[4, 14], [4, 14, 5]],
        )
        assert not re.search(r"\W$", minute), (locale, minute)


def test_the_till_is_told_that_there_is_not_enough_money_and_no_more(till, phone, payer, sql):
    # By phone, because other tests open wallets in the same name, some of a millionaire.
    balance = sql(READ_BALANCE, payer["phone"])[0][0]
    payments = sql("SELECT count(*) FROM wallet_payment")
    till.type("9999999")
    assert balance < 9_999_999
    till.page.locator("#charge").click()
    till.wait_for_code()
    with till.page.expect_response(
        lambda answer: "insufficient_funds" in answer.text()
    ) as told:
        phone.open(till.scan())

    phone.expect_state("insufficient")
    note = till.page.locator("#declined")
    expect(note).to_have_text("Not enough money. Nothing was taken.")
    expect(till.chip).to_have_text("Li W. is checking")
    # A balance is nobody's business but the payer's.
    known = told.value.json()
    assert known["refusal"] == "insufficient_funds"
    assert str(balance) not in told.value.text()
    phone.page.get_by_role("button", name="Do not pay").click()
    expect(till.chip).to_have_text("Waiting for customer")
    expect(note).to_have_text("Not enough money. Nothing was taken.")
    assert sql("SELECT count(*) FROM wallet_payment") == payments


def test_what_one_payer_was_refused_says_nothing_of_the_next(till, phone, second_phone):
    till.charge("480")
    link = till.scan()
    phone.open(link)
    phone.page.get_by_role("button", name="Do not pay").click()
    note = till.page.locator("#declined")
    expect(note).to_have_text("Declined. Nothing was taken.")
    second_phone.open(link)

    expect(till.chip).to_have_text("Amira H. is checking")
    expect(note).to_be_hidden()
    second_phone.pay()
    till.expect_result("Paid")
