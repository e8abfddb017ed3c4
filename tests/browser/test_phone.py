"""What the customer meets on the phone; each refusal says that nothing was taken."""

import pytest
from playwright.sync_api import expect

from tests.browser.screens import Phone
from tests.browser.windows import PHONE, remember

TRANSFER = "BCD\n002\n1\nSCT\n\nFlowers\nIE29AIBK93115212345678\nEUR12.50"
MEASURE = "each => each.getBoundingClientRect().toJSON()"
UNKNOWN = "/p/0123456789abcdefghjkmnpqrs"
# The sweep runs every five seconds; the phone asks every twenty-five.
EXPIRY_TIMEOUT_MS = 30_000


@pytest.fixture
def plain_phone(windows, stack, payer):
    """Li Wei's phone with JavaScript switched off, not signed in."""
    return Phone(windows.open(PHONE, java_script_enabled=False))


def test_paying_needs_no_script(till, plain_phone, payer):
    till.charge("480")
    plain_phone.open(till.scan())
    plain_phone.sign_in(payer)
    expect(plain_phone.row("The till shows")).to_have_text(till.words.inner_text())

    plain_phone.pay()

    expect(plain_phone.title).to_have_text("Paid")
    till.expect_result("Paid")


def test_a_pin_is_asked_for_and_tried_without_script(till, plain_phone, payer, watch):
    watch.expect("status of 403")
    till.charge("3001")
    plain_phone.open(till.scan())
    plain_phone.sign_in(payer)

    plain_phone.page.get_by_label("PIN").fill("000000")
    plain_phone.pay_button.click()
    expect(plain_phone.page.get_by_role("alert").first).to_contain_text("4 tries left")
    plain_phone.page.get_by_label("PIN").fill(payer["pin"])
    plain_phone.pay()

    till.expect_result("Paid")


def test_declining_needs_no_script(till, plain_phone, payer):
    till.charge("480")
    plain_phone.open(till.scan())
    plain_phone.sign_in(payer)
    plain_phone.page.get_by_role("button", name="Do not pay").click()

    plain_phone.expect_state("declined", "Nothing was taken.")


def test_a_short_code_leads_to_the_same_sale(till, phone):
    till.charge("480")
    phone.open("/p/")
    phone.page.get_by_label("Code").fill(till.read_short_code().lower())
    phone.page.get_by_role("button", name="Continue").click()

    phone.expect_state("confirm", till.words.inner_text())
    expect(till.chip).to_have_text("Li W. is checking")


def test_a_short_code_that_leads_nowhere_says_so(phone, watch):
    watch.expect("status of 422")
    phone.open("/p/")
    phone.page.get_by_label("Code").fill("0000-0000")
    phone.page.get_by_role("button", name="Continue").click()

    expect(phone.page.get_by_role("alert")).to_contain_text("Nothing was taken.")


def test_enter_sends_a_short_code_and_a_pasted_bank_transfer_keeps_its_lines(
    till, phone, watch
):
    watch.expect("status of 422")
    till.charge("480")
    phone.open("/p/")
    field = phone.page.get_by_label("Code")
    field.fill(TRANSFER)
    phone.page.get_by_role("button", name="Continue").click()
    expect(phone.page.get_by_role("alert")).to_contain_text("It asks 12.50 EUR for Flowers.")
    expect(field).to_have_value(TRANSFER)

    field.fill(till.read_short_code())
    phone.page.keyboard.press("Enter")

    phone.expect_state("confirm", till.words.inner_text())


def test_a_short_phone_shows_what_it_asks_for_above_its_button(windows, stack, payer, till):
    memory = remember(stack.url, "tessera_wallet", payer["token"])
    phone = Phone(windows.open({"width": 320, "height": 640}, state=memory))
    till.charge("3001")
    phone.open(till.scan())

    pin = phone.page.get_by_label("PIN").evaluate(MEASURE)
    button = phone.pay_button.evaluate(MEASURE)
    assert pin["bottom"] <= button["top"]
    assert button["bottom"] <= 640


def test_more_than_thirty_needs_the_pin(till, phone, payer, watch, count_payments):
    watch.expect("status of 403")
    before = count_payments()
    till.charge("3001")
    phone.open(till.scan())
    phone.expect_state("pin", "PIN for this payment")

    phone.page.get_by_label("PIN").fill("000000")
    phone.pay_button.click()
    expect(phone.page.get_by_role("alert").first).to_have_text(
        "The PIN is not right. 4 tries left."
    )
    assert count_payments() == before
    phone.page.get_by_label("PIN").fill(payer["pin"])
    phone.pay()

    till.expect_result("Paid")
    assert count_payments() == before + 1


def test_five_wrong_pins_lock_the_pin(till, phone, watch, count_payments):
    watch.expect("status of 403")
    before = count_payments()
    till.charge("3001")
    phone.open(till.scan())
    pin, alert = phone.page.get_by_label("PIN"), phone.page.get_by_role("alert").first
    for tries in ("4 tries", "3 tries", "2 tries", "1 try"):
        pin.fill("000000")
        phone.pay_button.click()
        expect(alert).to_contain_text(f"{tries} left")
    pin.fill("000000")
    phone.pay_button.click()

    expect(alert).to_contain_text("The PIN is locked")
    assert count_payments() == before


def test_a_customer_who_does_not_pay_is_free(till, phone, count_payments):
    before = count_payments()
    till.charge("480")
    phone.open(till.scan())
    phone.page.get_by_role("button", name="Do not pay").click()

    phone.expect_state("declined", "Nothing was taken.")
    expect(till.page.locator("#declined")).to_be_visible()
    expect(till.chip).to_have_text("Waiting for customer")
    assert count_payments() == before


def test_what_is_paid_in_another_tab_is_not_said_to_be_declined(till, phone):
    till.charge("480")
    address = till.scan()
    phone.open(address)
    phone.page.get_by_role("button", name="Do not pay").click()
    phone.expect_state("declined", "Nothing was taken.")
    with phone.page.context.expect_page() as opened:
        phone.page.evaluate("address => open(address)", address)

    Phone(opened.value).pay()

    phone.expect_state("paid")


def test_a_second_phone_waits_for_the_first(till, phone, second_phone):
    till.charge("480")
    address = till.scan()
    phone.open(address)
    expect(till.chip).to_have_text("Li W. is checking")
    second_phone.open(address)
    second_phone.expect_state("claimed_by_another", "Nothing was taken from you.")
    expect(second_phone.title).to_have_text("Another phone is paying")

    phone.page.get_by_role("button", name="Do not pay").click()
    phone.expect_state("declined")
    second_phone.page.get_by_role("link", name="Try again").click()

    second_phone.expect_state("confirm", till.words.inner_text())
    expect(till.chip).to_have_text("Amira H. is checking")


def test_a_paid_code_takes_nothing_from_a_second_phone(till, phone, second_phone):
    till.charge("480")
    address = till.scan()
    phone.open(address)
    phone.pay()
    second_phone.open(address)

    second_phone.expect_state("already_paid", "Nothing was taken from you.")


def test_the_phone_learns_that_the_shop_canceled(till, phone, watch):
    watch.expect("status of 409")
    till.charge("480")
    phone.open(till.scan())
    expect(till.chip).to_have_text("Li W. is checking")
    till.page.get_by_role("button", name="Cancel sale").click()
    sheet = till.page.get_by_role("dialog")
    expect(sheet).to_contain_text("Li W. is checking it now.")
    sheet.get_by_role("button", name="Cancel sale").click()

    till.expect_result("Sale canceled", "Nothing was taken.")
    phone.expect_state("canceled", "Nothing was taken.")


def test_both_screens_learn_that_the_time_is_over(till, phone, sql, watch):
    watch.expect("status of 409")
    till.charge("480")
    address = till.scan()
    phone.open(address)
    expect(till.chip).to_have_text("Li W. is checking")
    sql(
        "UPDATE pos_charge SET lease_until = now(), expires_at = now() WHERE short_code = %s",
        till.read_short_code().replace("-", ""),
    )

    expect(till.result).to_have_text("Code expired", timeout=EXPIRY_TIMEOUT_MS)
    till.expect_result("Code expired", "Nothing was taken.")
    expect(phone.main).to_have_attribute("data-state", "expired", timeout=EXPIRY_TIMEOUT_MS)
    phone.expect_state("expired", "Nothing was taken. Ask for a new code.")


def test_too_little_money_says_how_much_is_missing(till, phone, count_payments):
    before = count_payments()
    till.charge("99999999")
    phone.open(till.scan())

    phone.expect_state("insufficient", "short. Nothing was taken.")
    expect(phone.pay_button).to_have_count(0)
    assert count_payments() == before


def test_an_unknown_code_is_named_as_such(phone, watch):
    watch.expect("status of 404")
    phone.open(UNKNOWN)

    phone.expect_state("unknown", "Nothing was taken.")
    expect(phone.title).to_have_text("This code is not from us or was changed")


def test_an_untidy_address_is_named_as_such(windows, watch):
    watch.expect("status of 404")
    stranger = Phone(windows.open(PHONE))
    stranger.open("/p/nonsense")

    stranger.expect_state("unknown", "Nothing was taken.")


def test_two_taps_pay_once(till, phone, count_payments):
    before = count_payments()
    till.charge("480")
    phone.open(till.scan())
    phone.pay_button.dblclick()

    phone.expect_state("paid")
    till.expect_result("Paid")
    assert count_payments() == before + 1


def test_a_lost_answer_is_asked_for_again_and_pays_once(till, phone, watch, count_payments):
    watch.expect("ERR_FAILED|ERR_CONNECTION_FAILED|ERR_INTERNET_DISCONNECTED")
    before = count_payments()
    till.charge("480")
    phone.open(till.scan())
    lost: list[int] = []

    def lose_answer(route) -> None:
        if not lost:
            lost.append(route.fetch().status)
        route.abort()

    phone.page.route("**/api/v1/wallet/payments", lose_answer)
    phone.page.route("**/api/v1/wallet/events", lambda route: route.abort())
    phone.pay_button.click()
    unknown = phone.page.get_by_text("We do not know yet. Do not pay again.")
    expect(unknown).to_be_visible()
    till.expect_result("Paid")
    expect(unknown).to_be_visible()
    phone.page.unroute_all()

    phone.expect_state("paid")
    assert lost == [201]
    assert count_payments() == before + 1


def test_a_payment_for_which_there_was_no_room_is_sent_again_and_pays_once(
    till, phone, watch, count_payments
):
    watch.expect("status of 503")
    before = count_payments()
    till.charge("480")
    phone.open(till.scan())
    keys: list[str] = []

    def refuse_first(route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > 1:
            route.continue_()
        else:
            route.fulfill(status=503, headers={"Retry-After": "1"}, json={"code": "overloaded"})

    phone.page.route("**/api/v1/wallet/payments", refuse_first)
    phone.pay_button.click()

    phone.expect_state("paid")
    till.expect_result("Paid")
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert count_payments() == before + 1


def test_a_payment_that_never_arrived_is_sent_again_and_pays_once(
    till, phone, watch, count_payments
):
    watch.expect("ERR_INTERNET_DISCONNECTED")
    before = count_payments()
    till.charge("480")
    phone.open(till.scan())
    expect(phone.pay_button).to_be_enabled()
    phone.page.context.set_offline(True)
    phone.pay_button.click()
    expect(phone.page.get_by_text("We do not know yet. Do not pay again.")).to_be_visible()
    assert count_payments() == before
    phone.page.context.set_offline(False)

    phone.expect_state("paid")
    till.expect_result("Paid")
    assert count_payments() == before + 1


def test_a_session_that_ended_asks_to_sign_in_and_comes_back(till, windows, stack, payer):
    till.charge("480")
    phone = Phone(windows.open(PHONE, state=remember(stack.url, "tessera_wallet", "ws_old")))
    phone.open(till.scan())
    expect(phone.page.get_by_text("€4.80")).to_be_visible()
    phone.sign_in(payer)

    phone.expect_state("confirm", till.words.inner_text())
