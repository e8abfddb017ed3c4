"""The code on a phone without connection: shown, collected by, and passed over once used."""

import pytest
from playwright.sync_api import expect

from tests.browser.codes import CUT, expect_kept, read_digits, read_screen, scan

pytestmark = pytest.mark.usefixtures("codes_unused")


def test_a_phone_without_connection_shows_its_codes_and_the_till_collects(till, holder, watch):
    watch.expect(CUT)
    expect_kept(holder)
    holder.page.context.set_offline(True)
    expect(holder.page.locator("#contact")).to_contain_text("No connection")
    till.type("480")
    scan(till, read_screen(holder.page)["QRCode"])

    till.expect_result("Paid")
    holder.page.context.set_offline(False)
    expect(holder.page.locator("#result")).to_have_text("Paid €4.80")


def test_without_connection_the_page_opens_again_and_the_next_codes_come_by_themselves(
    holder, watch, till
):
    watch.expect(CUT)
    expect_kept(holder)
    codes = holder.page.evaluate("JSON.parse(localStorage.getItem('tessera.codes')).codes")
    # A minute may have ended since, and its code is forgotten.
    assert len(codes) in {14, 15}
    holder.page.context.set_offline(True)
    holder.page.reload()
    expect(holder.page.locator("#contact")).to_contain_text("No connection")
    shown = read_digits(holder)
    assert [*read_screen(holder.page).values()] == [shown, shown]
    place = [each["code"] for each in codes].index(shown)

    for later in (1, 2):
        holder.page.evaluate("Date.now = ((now) => () => now() + 60_000)(Date.now)")
        expect(holder.page.locator("#digits")).to_have_text(codes[place + later]["digits"])
        code = codes[place + later]["code"]
        assert [*read_screen(holder.page).values()] == [code, code]
    holder.page.evaluate("Date.now = ((now) => () => now() + 900_000)(Date.now)")
    expect(holder.page.get_by_role("status")).to_contain_text(
        "holds no code that is still good"
    )
    expect(holder.page.locator("#card")).to_be_hidden()


def test_without_connection_a_used_code_is_passed_over(till, holder, watch, count_payments):
    watch.expect(CUT)
    before = count_payments()
    expect_kept(holder)
    skip = holder.page.get_by_role("button", name="Used already? Show the next code")
    expect(skip).to_be_hidden()
    holder.page.context.set_offline(True)
    first = read_digits(holder)
    till.charge("480")
    scan(till, first)
    till.expect_result("Paid")
    till.page.get_by_role("button", name="New sale").click()

    skip.click()
    second = read_digits(holder)
    holder.page.reload()
    expect(holder.page.locator("#digits")).not_to_be_empty()
    assert second != first
    assert read_digits(holder) == second
    till.charge("480")
    scan(till, second)

    expect(till.result).to_be_visible()
    till.expect_result("Paid")
    assert count_payments() == before + 2
