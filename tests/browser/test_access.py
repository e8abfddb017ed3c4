"""Every page and state is for everybody: axe finds nothing, and nothing is cut off."""

import re

from playwright.sync_api import expect

from qr.links import encode_token
from tests.browser.screens import Phone, Till
from tests.browser.windows import PHONE, TABLET, remember


def test_the_till_before_a_sale(windows, unlocked, stack, check, watch):
    watch.expect("status of 4")
    page = windows.open(TABLET)
    page.goto("/till/pair/")
    check(page, "pair")
    page.get_by_label("Pairing code").fill("XXXXXX")
    page.get_by_role("button", name="Pair").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    check(page, "pair refused")

    page = windows.open(TABLET, state=unlocked)
    page.goto("/till/unlock/")
    check(page, "unlock")
    page.get_by_label("Nora Byrne").check()
    for _ in range(6):
        page.get_by_role("button", name="0", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("tries left")
    check(page, "unlock refused")


def test_the_till_during_a_sale(till, phone, check, sql):
    check(till.page, "empty")
    till.page.get_by_role("tab", name="Items").click()
    till.page.get_by_role("button", name="Flat white €3.80").click()
    check(till.page, "items")
    till.page.get_by_role("tab", name="Keypad").click()
    till.charge("480")
    check(till.page, "waiting")
    phone.open(till.scan())
    expect(till.chip).to_have_text("Li W. is checking")
    check(till.page, "scanned")
    till.page.get_by_role("button", name="Cancel sale").click()
    check(till.page, "cancel?")
    till.page.get_by_role("button", name="Keep waiting").click()
    phone.page.get_by_role("button", name="Do not pay").click()
    expect(till.page.locator("#declined")).to_be_visible()
    check(till.page, "declined")
    phone.page.get_by_role("link", name="Pay after all").click()
    phone.pay()
    till.expect_result("Paid")
    check(till.page, "paid")


def test_the_till_after_a_sale(till, check, sql):
    till.charge("480")
    sql("UPDATE pos_charge SET expires_at = now() WHERE expires_at > now()")
    expect(till.result).to_have_text("Code expired", timeout=30_000)
    check(till.page, "expired")
    till.page.get_by_role("button", name="New code").click()
    till.wait_for_code()
    till.page.get_by_role("button", name="Cancel sale").click()
    till.expect_result("Sale canceled", "Nothing was taken.")
    check(till.page, "canceled")


def test_the_till_without_network(till, check, watch):
    watch.expect("ERR_INTERNET_DISCONNECTED")
    till.charge("480")
    till.page.context.set_offline(True)
    expect(till.banner).to_contain_text("No connection")
    check(till.page, "no connection")


def test_the_activity_and_its_refunds(till, check):
    for filters in ("", "?status=captured", "?status=refunded"):
        till.page.goto(f"/till/activity/{filters}")
        check(till.page, f"activity {filters}")
    till.page.goto("/till/activity/?status=captured")
    till.page.get_by_role("button", name=re.compile("^Refund")).first.click()
    check(till.page, "refund")
    sheet = till.page.get_by_role("dialog")
    sheet.get_by_label("Amount").fill("99999")
    sheet.get_by_role("button", name="Refund €").click()
    check(till.page, "refund refused")
    sheet.get_by_label("Amount").fill("0.01")
    sheet.get_by_role("button", name="Refund €0.01").click()
    expect(sheet.get_by_role("heading", name="Refunded €0.01")).to_be_visible()
    check(till.page, "refunded")


def test_the_phone_signing_in(windows, till, check, watch):
    watch.expect("status of 4")
    phone = Phone(windows.open(PHONE))
    phone.open("/wallet/sign-in/")
    check(phone.page, "sign in")
    till.charge("480")
    phone.open(till.scan())
    check(phone.page, "sign in to pay")
    phone.sign_in({"phone": "+353871000099", "pin": "000000"})
    expect(phone.page.get_by_role("alert")).not_to_be_empty()
    check(phone.page, "sign in refused")


def test_the_phone_paying(till, phone, payer, check, watch):
    watch.expect("status of 403|ERR_FAILED")
    till.charge("3001")
    phone.open(till.scan())
    check(phone.page, "pin")
    phone.page.get_by_label("PIN").fill("000000")
    phone.pay_button.click()
    expect(phone.page.get_by_role("alert").first).to_contain_text("4 tries left")
    check(phone.page, "wrong pin")
    phone.page.route("**/api/v1/wallet/payments", lambda route: route.abort())
    phone.page.get_by_label("PIN").fill(payer["pin"])
    phone.pay_button.click()
    expect(phone.page.get_by_text("Do not pay again.")).to_be_visible()
    check(phone.page, "not known yet")
    phone.page.unroute_all()
    phone.expect_state("paid")
    check(phone.page, "paid")
    till.expect_result("Paid")
    till.page.get_by_role("button", name="New sale").click()
    till.charge("480")
    phone.open(till.scan())
    phone.expect_state("confirm")
    check(phone.page, "confirm")


def test_the_phone_not_paying(till, phone, second_phone, check, watch):
    watch.expect("status of 4")
    till.charge("99999999")
    address = till.scan()
    phone.open(address)
    check(phone.page, "too little money")
    second_phone.open(address)
    second_phone.expect_state("claimed_by_another")
    check(second_phone.page, "another phone")
    phone.page.get_by_role("button", name="Do not pay").click()
    phone.expect_state("declined")
    check(phone.page, "declined")
    till.page.get_by_role("button", name="Cancel sale").click()
    till.expect_result("Sale canceled", "Nothing was taken.")
    phone.open(address)
    phone.expect_state("canceled")
    check(phone.page, "canceled")
    phone.open("/p/0123456789abcdefghjkmnpqrs")
    phone.expect_state("unknown")
    check(phone.page, "unknown")


def test_the_wallet_and_the_receipt(phone, check, watch):
    watch.expect("status of 4")
    phone.open("/p/")
    check(phone.page, "code")
    phone.page.get_by_label("Code").fill("0000-0000")
    phone.page.get_by_role("button", name="Continue").click()
    expect(phone.page.get_by_role("alert")).not_to_be_empty()
    check(phone.page, "code refused")
    phone.open("/wallet/")
    check(phone.page, "wallet")
    phone.page.locator("li a").last.click()
    expect(phone.page.get_by_text("You paid")).to_be_visible()
    check(phone.page, "payment")
    phone.page.get_by_role("link", name="Receipt").click()
    expect(phone.row("Paid by")).to_be_visible()
    check(phone.page, "receipt")


def test_the_dashboard(office, check):
    reports = ("reports/", "reports/?by=item", "reports/mail/", "exports/new/")
    lists = ("", "tills/", "payments/", "payments/?status=open", *reports, "settlements/")
    for page in lists:
        office.goto(f"/dashboard/{page}")
        check(office, f"dashboard {page}")
    office.get_by_role("link", name=re.compile("^ST-")).first.click()
    expect(office.get_by_role("heading", level=1)).to_contain_text("ST-")
    for part in office.locator("details.folded").all():
        part.evaluate("details => details.open = true")
    check(office, "settlement")
    office.get_by_role("link", name="Print").click()
    expect(office.get_by_role("button", name="Print")).to_be_visible()
    check(office, "settlement for print")
    office.goto("/dashboard/payments/?status=captured")
    office.locator("tbody").get_by_role("link").first.click()
    expect(office.get_by_role("heading", level=1)).to_contain_text("Payment")
    check(office, "payment")
    office.goto("/dashboard/tills/")
    office.get_by_role("button", name="New code: Kiosk till").click()
    expect(office.locator(".pair-code")).to_be_visible()
    check(office, "pairing code")


def test_the_front_of_the_office_and_the_demo_mail(windows, check, watch):
    watch.expect("status of 4")
    page = windows.open(TABLET)
    page.goto("/dashboard/sign-in/")
    check(page, "sign in")
    page.get_by_label("E-mail").fill("nobody@example.com")
    page.get_by_label("Password").fill("nothing")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    check(page, "sign in refused")
    page.goto("/")
    check(page, "start")
    page.get_by_role("link", name="Its mail").click()
    check(page, "mail")
    page.goto("/no/such/page/")
    check(page, "not found")


def test_a_till_on_a_phone(windows, unlocked, check):
    page = windows.open(PHONE, state=unlocked)
    page.goto("/till/")
    till = Till(page)
    check(page, "till on a phone")
    till.charge("480")
    check(page, "code on a phone")


def test_the_customer_s_code(till, phone, check, watch):
    watch.expect("status of 4")
    phone.open("/wallet/my-code/")
    expect(phone.page.locator("#left")).to_contain_text("Next code in")
    check(phone.page, "my code")
    till.type("480")
    till.page.get_by_role("button", name="Customer's code").click()
    check(till.page, "customer's code")
    till.page.get_by_label("Scan the code").fill("100061098828009406")
    till.page.keyboard.press("Enter")
    expect(till.page.locator("#refused")).to_contain_text("WeChat Pay")
    check(till.page, "code refused")
    till.page.get_by_role("button", name="Customer's code").click()
    till.page.get_by_label("Scan the code").fill(phone.page.locator("#digits").inner_text())
    till.page.keyboard.press("Enter")
    expect(phone.page.locator("#result")).to_have_text("Paid €4.80", timeout=90_000)
    check(phone.page, "paid by code")
    phone.open("/wallet/my-code/stop/")
    check(phone.page, "stop my codes?")
    phone.page.get_by_role("button", name="Stop my codes").click()
    expect(phone.title).to_have_text("Your codes are stopped")
    check(phone.page, "codes stopped")
    phone.page.get_by_label("PIN").fill("000000")
    phone.page.get_by_role("button", name="Show codes again").click()
    expect(phone.page.get_by_role("alert")).to_contain_text("4 tries left")
    check(phone.page, "codes still stopped")
    phone.page.get_by_label("PIN").fill("123456")
    phone.page.get_by_role("button", name="Show codes again").click()
    expect(phone.title).to_have_text("My code")


def test_the_page_of_a_counter_code(windows, phone, office, check, sql, watch):
    watch.expect("status of 4")
    ((code_id,), *_) = sql("SELECT id FROM pos_countercode WHERE revoked_at IS NULL")
    address = f"/s/{encode_token(code_id).lower()}/"
    stranger = windows.open(PHONE)
    stranger.goto(address)
    check(stranger, "sign in at a counter code")
    phone.open(address)
    check(phone.page, "amount")
    phone.page.get_by_label("How much").fill("lots")
    phone.page.get_by_role("button", name="Continue").click()
    expect(phone.page.get_by_role("alert")).to_have_text("Type an amount such as 12.50.")
    check(phone.page, "amount refused")
    phone.open("/p/")
    phone.page.get_by_label("Code").fill("https://evil.example/pay")
    phone.page.get_by_role("button", name="Continue").click()
    expect(phone.page.get_by_role("alert")).to_contain_text("another site, evil.example")
    check(phone.page, "a web address")


def test_the_stores(office, check, watch):
    watch.expect("status of 422")
    office.goto("/dashboard/stores/")
    check(office, "stores")
    office.locator("section.shop").first.get_by_text("Print").first.click()
    check(office, "what to print")
    form = office.locator("section.shop").first
    form.get_by_text("Settings").click()
    check(office, "settings of a store")
    form.get_by_text("New counter code").click()
    form.get_by_label("Where it will hang").fill("Bar")
    form.get_by_label("The most a person may pay").fill("9999")
    form.get_by_role("button", name="Make the code").click()
    expect(office.get_by_role("alert")).to_contain_text("at most")
    check(office, "stores refused")
    office.get_by_role("link", name="VAT and tips").first.click()
    check(office, "VAT and tips")
    office.get_by_label("Second offer in percent").fill("1")
    office.get_by_role("button", name="Save").click()
    expect(office.get_by_role("alert")).to_have_text("Type more than the offer before it.")
    check(office, "VAT and tips refused")


def test_the_camera(camera, camera_windows, stack, payer, unlocked, check, watch):
    watch.expect("status of 4")
    memory = remember(stack.url, "tessera_wallet", payer["token"])
    phone = camera_windows.open(PHONE, state=memory, permissions=["camera"])
    phone.goto("/wallet/scan/")
    expect(phone.get_by_role("status")).to_have_text("Hold the camera over the code.")
    check(phone, "looking")
    camera.show("no code of ours")
    phone.reload()
    expect(phone.get_by_role("alert")).to_contain_text("This is no payment code")
    check(phone, "seen")
    phone = camera_windows.open(PHONE, state=memory)
    phone.goto("/wallet/scan/")
    expect(phone.get_by_role("status")).to_contain_text("not allowed")
    check(phone, "not allowed")

    camera.show()
    till = camera_windows.open(TABLET, state=unlocked, permissions=["camera"])
    till.goto("/till/")
    Till(till).type("480")
    expect(till.locator("#sound")).to_have_text(re.compile("Sound o"))
    till.get_by_role("button", name="Customer's code").click()
    till.get_by_role("button", name="Scan with the camera").click()
    expect(till.locator("#collect-state")).to_contain_text("Hold the customer's code")
    check(till, "collecting by camera")
