"""A counter code: made and printed in the dashboard, scanned, paid, told by tills, revoked."""

import io
import re

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import expect

from tests.browser.screens import Phone, Till
from tests.browser.windows import PHONE, remember
from tests.faults.shop import wait_for

STORES = "/dashboard/stores/"
# What the speaker plays, once the browser lets it.
COUNT_NOTES = """
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (at) {
      const { dataset } = document.documentElement;
      const heard = this.context.state === "running" ? ` ${this.frequency.value}` : "";
      dataset.notes = (dataset.notes ?? "") + heard;
      return start.call(this, at);
    };
"""
# What the browser is asked to say; there is no voice in a test.
WRITE_DOWN_WORDS = """
    SpeechSynthesis.prototype.speak = (words) => {
      const { dataset } = document.documentElement;
      dataset.said = `${dataset.said ?? ""} ${words.text}`;
    };
"""

# The till writes down what it has been told of, so that a reload tells nothing twice.
HAS_ASKED = "Object.keys(sessionStorage).some((name) => name.startsWith('tessera.counter.'))"


@pytest.fixture
def printed(office):
    """The address that a freshly counter code of the first store carries."""
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


def wait_for_counter(page):
    """Wait until the till has asked once: what is paid from then on is news to it."""
    wait_for(lambda: page.evaluate(HAS_ASKED))


def type_amount(phone, keys):
    for key in keys:
        phone.page.get_by_role("button", name=key, exact=True).click()


def pay_at(phone, address, keys):
    phone.open(address)
    type_amount(phone, keys)
    phone.page.get_by_role("button", name="Continue").click()
    phone.pay()


def test_a_counter_code_is_paid_and_every_till_says_so(till, phone, printed):
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
    pay_at(phone, printed, ["1", "00"])
    notes = till.page.locator("#counter .note")
    expect(notes).to_have_count(1)

    till.page.reload()
    expect(till.page.locator("#charge")).to_be_visible()
    pay_at(phone, printed, ["2", "00"])

    # The first would be told before the second or with it.
    expect(notes).to_contain_text("€2.00")
    expect(notes).to_have_count(1)


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


def test_the_day_counts_a_payment_once_that_came_in_meanwhile(till, phone, printed):
    count = till.page.locator("#today-count")
    wait_for_counter(till.page)
    before = int(count.text_content())
    till.page.goto("/till/activity/")
    pay_at(phone, printed, ["1", "00"])

    till.page.goto("/till/")

    expect(till.page.locator("#counter .note")).to_have_count(1)
    expect(count).to_have_text(str(before + 1))
    pay_at(phone, printed, ["2", "00"])
    expect(till.page.locator("#counter .note")).to_have_count(2)
    expect(count).to_have_text(str(before + 2))


@pytest.mark.parametrize("press", ["click", "key"])
def test_whatever_is_pressed_first_wakes_the_speaker(windows, unlocked, phone, printed, press):
    page = windows.open(state=unlocked)
    page.add_init_script(COUNT_NOTES)
    page.goto("/till/")
    expect(page.locator("#sound")).to_have_text("Sound on")
    wait_for_counter(page)

    if press == "key":
        page.keyboard.press("4")
    else:
        page.get_by_role("tab", name="Keypad").click()
    pay_at(phone, printed, ["1", "00"])

    expect(page.locator("#counter .note")).to_have_count(1)
    expect(page.locator(":root")).to_have_attribute("data-notes", " 659 988")


def test_who_asks_for_a_voice_is_told_the_amount(windows, unlocked, phone, printed):
    page = windows.open(state=unlocked)
    page.add_init_script(WRITE_DOWN_WORDS)
    page.goto("/till/")
    till, root = Till(page), page.locator(":root")
    page.get_by_role("button", name="Sound on").click()
    expect(page.locator("#sound")).to_have_text("Sound and voice")
    with page.expect_response("**/api/v1/charges?source=counter_code*"):
        page.reload()

    pay_at(phone, printed, ["1", "00"])
    said = " Received €1.00 from the counter code."
    expect(root).to_have_attribute("data-said", said)
    till.charge("480")
    phone.open(till.scan())
    phone.pay()
    till.expect_result("Paid")
    expect(root).to_have_attribute("data-said", f"{said} Received €4.80.")
    page.get_by_role("button", name="Sound and voice").click()

    expect(page.locator("#sound")).to_have_text("Sound off")


def test_nobody_hears_a_voice_who_has_not_asked(windows, unlocked, phone, printed):
    page = windows.open(state=unlocked)
    page.add_init_script(WRITE_DOWN_WORDS)
    with page.expect_response("**/api/v1/charges?source=counter_code*"):
        page.goto("/till/")

    pay_at(phone, printed, ["1", "00"])

    expect(page.locator("#counter .note")).to_have_count(1)
    expect(page.locator(":root")).not_to_have_attribute("data-said", re.compile(""))


def test_each_part_of_what_a_till_tells_stands_by_itself(till, phone, printed):
    pay_at(phone, printed, ["1", "00"])

    parts = till.page.locator("#counter .note bdi")
    expect(parts).to_have_count(4)
    assert parts.all_text_contents()[:3] == ["€1.00", "Front counter", "Li W."]


def test_paying_at_a_counter_code_needs_no_script(windows, stack, payer, printed):
    phone = Phone(windows.open(PHONE, java_script_enabled=False))
    phone.open(printed)
    phone.sign_in(payer)
    phone.page.get_by_label("How much").fill("4,80")
    phone.page.get_by_role("button", name="Continue").click()
    phone.pay()

    expect(phone.title).to_have_text("Paid")


def test_upright_no_head_of_a_column_is_cut_off(windows, owner_state, printed):
    page = windows.open({"width": 820, "height": 1180}, state=owner_state)
    page.goto(STORES)

    cut = page.locator("section.shop thead th").evaluate_all(
        "(heads) => heads.filter((each) => each.scrollWidth > each.clientWidth).length"
    )

    assert cut == 0


def test_a_revoked_code_takes_nothing(office, phone, printed):
    row = office.locator("tr.new")
    row.get_by_text("Revoke").click()
    row.get_by_role("button", name="Let nobody pay by Front counter").click()
    expect(office.get_by_text("Revoked").first).to_be_visible()

    phone.open(printed)

    phone.expect_state("refused", "The shop has revoked this counter code.")
