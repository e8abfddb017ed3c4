"""The code on the customer's phone: read off any screen, scanned at the till."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.codes import (
    CUT,
    MY_CODE,
    READ_BALANCE,
    open_code,
    read_digits,
    read_screen,
    scan,
)
from tests.browser.screens import Phone
from tests.browser.windows import PHONE, TABLET, remember

pytestmark = pytest.mark.usefixtures("codes_unused")
SIZES = {"phone": PHONE, "small phone": {"width": 320, "height": 640}, "tablet": TABLET}
REFUSED = "status of 4"
WECHAT = "100061098828009406"


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_both_codes_can_be_read_off_the_screen(windows, stack, payer, size):
    memory = remember(stack.url, "tessera_wallet", payer["token"])
    # A phone this narrow has at least two pixels to one of CSS.
    scale = 2 if size["width"] < 360 else 1
    phone = open_code(Phone(windows.open(size, state=memory, device_scale_factor=scale)))

    for scheme in ("light", "dark"):
        phone.page.emulate_media(color_scheme=scheme)
        code = read_digits(phone)
        assert re.fullmatch(r"77\d{16}", code)
        assert [*read_screen(phone.page).values()] == [code, code], scheme


def test_a_scan_takes_the_amount_on_the_screen(till, holder, count_payments):
    before = count_payments()
    till.type("480")
    scan(till, read_digits(holder))

    till.expect_result("Paid")
    expect(till.page.locator("#result-rows")).to_contain_text("Li W.")
    expect(holder.page.locator("#result")).to_have_text("Paid €4.80")
    expect(holder.page.locator("#result-shop")).to_have_text("at Harbour Corner")
    assert count_payments() == before + 1


def test_after_a_payment_the_next_code_is_shown_and_good(till, holder):
    first = read_digits(holder)
    till.type("480")
    scan(till, first)
    till.expect_result("Paid")
    holder.page.get_by_role("button", name="Show the next code").click()
    expect(holder.page.locator("#card")).to_be_visible()
    second = read_digits(holder)
    assert second != first

    till.page.get_by_role("button", name="New sale").click()
    till.type("520")
    scan(till, second)

    till.expect_result("Paid")
    expect(holder.page.locator("#result")).to_have_text("Paid €5.20")


def test_a_scan_pays_the_sale_whose_code_is_shown(till, holder):
    till.charge("480")
    scan(till, read_digits(holder))

    till.expect_result("Paid")


def test_a_slow_scanner_is_one_too(till, holder):
    till.charge("480")
    scan(till, read_digits(holder), pauses_ms=60)

    till.expect_result("Paid")


def test_a_scan_without_an_amount_asks_for_it(till, holder, count_payments):
    before = count_payments()
    scan(till, read_digits(holder))

    expect(till.page.locator("#entry-note")).to_have_text(
        "Type the amount first, then scan the customer's code."
    )
    expect(till.page.locator("#total")).to_have_text("€0.00")
    assert count_payments() == before


def test_a_scan_that_stumbled_into_the_amount_is_put_together(till, holder, count_payments):
    before = count_payments()
    till.type("480")
    scan(till, read_digits(holder), first_ms=400)

    till.expect_result("Paid")
    expect(till.page.locator("#result-amount")).to_have_text("€4.80")
    assert count_payments() == before + 1


def test_an_article_s_bar_code_changes_no_amount(till):
    till.type("480")
    scan(till, "4006381333931")

    expect(till.page.locator("#entry-note")).to_contain_text("That is no payment code.")
    expect(till.page.locator("#charge")).to_have_text("Charge €4.80")


def test_another_wallet_s_code_is_refused_by_name_and_the_sale_goes_on(till, holder, watch):
    watch.expect(REFUSED)
    till.charge("480")
    scan(till, WECHAT)

    expect(till.page.locator("#refused")).to_have_text(
        "This is a WeChat Pay code. This till takes Tessera codes. Nothing was taken."
    )
    expect(till.chip).to_have_text("Waiting for customer")
    assert "/P/" in till.scan()
    scan(till, read_digits(holder))
    till.expect_result("Paid")


def test_a_code_is_typed_with_the_keys(till, holder):
    till.type("480")
    till.page.get_by_role("button", name="Customer's code").click()
    field = till.page.get_by_label("Scan the code on the customer's phone")
    expect(field).to_be_focused()
    field.fill("770 12")
    till.page.get_by_role("button", name="Collect €4.80").click()
    expect(till.page.get_by_role("alert").filter(has_text="no payment code")).to_be_visible()
    field.fill(holder.page.locator("#digits").inner_text())
    till.page.keyboard.press("Enter")

    till.expect_result("Paid")


def test_above_the_limit_the_phone_asks_for_the_pin(till, holder, payer):
    till.charge("3001")
    scan(till, read_digits(holder))

    expect(till.chip).to_have_text("Li W. is confirming on the phone")
    holder.expect_state("pin", "PIN for this payment")
    holder.page.get_by_label("PIN").fill(payer["pin"])
    holder.pay()
    till.expect_result("Paid")


@pytest.mark.parametrize(("amount", "told"), [("480", "Paid €4.80"), ("3001", "€30.01")])
def test_a_page_that_was_closed_meanwhile_tells_it_once(till, holder, payer, amount, told):
    code = read_digits(holder)
    holder.open("about:blank")
    till.charge(amount)
    scan(till, code)
    expect(till.page.locator("body")).to_contain_text("Li W.")

    holder.open(MY_CODE)
    expect(holder.main).to_contain_text(told)
    if amount == "3001":
        holder.page.get_by_role("link", name="Enter the PIN").click()
        holder.page.get_by_label("PIN").fill(payer["pin"])
        holder.pay()
    till.expect_result("Paid")
    open_code(holder)
    expect(holder.page.locator("#card")).to_be_visible()


def test_a_customer_who_does_not_give_the_pin_is_free(till, holder):
    till.charge("3001")
    scan(till, read_digits(holder))
    holder.expect_state("pin")
    holder.page.get_by_role("button", name="Do not pay").click()

    expect(till.chip).to_have_text("Waiting for customer")
    expect(till.page.locator("#collect")).to_be_visible()


def test_too_little_money_is_told_to_both_without_the_balance(
    windows, stack, demo, till, watch, sql
):
    watch.expect(REFUSED)
    tomas = demo["customers"][4]
    memory = remember(stack.url, "tessera_wallet", tomas["token"])
    phone = Phone(windows.open(PHONE, state=memory))
    till.charge(f"{sql(READ_BALANCE, tomas['phone'])[0][0] - 100}")
    phone.open(till.scan())
    phone.page.get_by_label("PIN").fill(tomas["pin"])
    phone.pay()
    till.expect_result("Paid")
    till.page.get_by_role("button", name="New sale").click()

    till.charge("480")
    scan(till, read_digits(open_code(phone)))

    expect(till.page.locator("#refused")).to_have_text(
        "There is too little money for this. Nothing was taken."
    )
    expect(till.chip).to_have_text("Waiting for customer")
    expect(till.page.locator("#declined")).to_be_hidden()
    expect(phone.page.locator("#refused")).to_have_text(
        "Your balance is too low for this. Nothing was taken."
    )


def test_a_used_code_is_refused_and_the_sale_goes_on(till, holder, watch):
    watch.expect(REFUSED)
    code = read_digits(holder)
    till.charge("480")
    scan(till, code)
    till.expect_result("Paid")
    till.page.get_by_role("button", name="New sale").click()
    till.charge("480")
    scan(till, code)

    expect(till.page.locator("#refused")).to_contain_text("This payment code was used before.")
    expect(till.chip).to_have_text("Waiting for customer")


@pytest.mark.parametrize("arrives", [True, False], ids=["answer lost", "never sent"])
def test_a_lost_answer_is_asked_for_again_and_paid_once(
    till, holder, watch, count_payments, arrives
):
    watch.expect(CUT)
    before = count_payments()
    keys: list[str] = []

    def lose(route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > 1:
            route.fallback()
            return
        if arrives:
            route.fetch()
        route.abort()

    till.page.route("**/collect", lose)
    till.charge("480")
    scan(till, read_digits(holder))

    till.expect_result("Paid")
    till.page.unroute_all(behavior="wait")
    assert len(set(keys)) == 1
    assert count_payments() == before + 1


def test_a_reload_while_collecting_collects_once(till, holder, watch, count_payments):
    watch.expect(CUT)
    before = count_payments()
    till.page.route("**/collect", lambda route: route.abort())
    till.charge("480")
    scan(till, read_digits(holder))
    expect(till.chip).to_have_text("Collecting")
    till.page.unroute_all()
    till.page.reload()

    till.expect_result("Paid")
    assert count_payments() == before + 1


def test_who_signs_out_leaves_no_codes_behind(windows, payer):
    phone = Phone(windows.open(PHONE))
    phone.open(f"/wallet/sign-in/?next={MY_CODE}")
    phone.sign_in(payer)
    open_code(phone)
    assert phone.page.evaluate("localStorage.getItem('tessera.codes')")

    phone.open("/wallet/")
    phone.page.get_by_role("button", name="Sign out").click()
    expect(phone.page.get_by_label("PIN")).to_be_visible()

    assert phone.page.evaluate("localStorage.getItem('tessera.codes')") is None


def test_codes_are_stopped_and_come_back_by_the_pin(till, holder, payer, watch):
    watch.expect(REFUSED)
    stolen = read_digits(holder)
    holder.page.get_by_role("link", name="Stop my codes").click()
    holder.page.get_by_role("button", name="Stop my codes").click()
    expect(holder.title).to_have_text("Your codes are stopped")
    till.charge("480")
    scan(till, stolen)
    expect(till.page.locator("#refused")).to_contain_text(
        "This payment code is not known here."
    )

    holder.page.get_by_label("PIN").fill(payer["pin"])
    holder.page.get_by_role("button", name="Show codes again").click()
    expect(holder.page.locator("#card")).to_be_visible()
    scan(till, read_digits(holder))

    till.expect_result("Paid")


def test_a_code_is_shown_without_script(windows, stack, payer):
    memory = remember(stack.url, "tessera_wallet", payer["token"])
    page = windows.open(PHONE, state=memory, java_script_enabled=False)
    page.goto(MY_CODE)

    code = page.locator("#digits").inner_text().replace(" ", "")
    assert [*read_screen(page).values()] == [code, code]
