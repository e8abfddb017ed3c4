"""The pages by which shops and customers come in are for everybody, as all others are."""

import re

from playwright.sync_api import expect

from tests.browser.windows import PHONE, TABLET
from tests.faults.shop import wait_for


def test_what_an_owner_keeps(office, check, watch):
    watch.expect("status of 422")
    for page in (
        "items/",
        "people/",
        "keys/",
        "me/",
        "me/security/",
        "me/security/app/",
        "fees/",
        "fee-invoices/",
        "settlements/timetable/",
        "invitations/new/",
    ):
        office.goto(f"/dashboard/{page}")
        check(office, page)
    office.goto("/dashboard/people/cashiers/new/")
    office.get_by_label("Name").fill("Ann")
    office.get_by_label("PIN").fill("123456")
    office.get_by_role("button", name="Add the cashier").click()
    expect(office.get_by_role("alert")).to_contain_text("easily guessed")
    check(office, "cashier refused")
    office.goto("/dashboard/people/")
    office.get_by_role("link", name="Change: Sam Doyle").click()
    check(office, "a cashier")
    office.goto("/dashboard/stores/")
    office.get_by_role("link", name="Name, address, hours: Harbour Kiosk").click()
    check(office, "a store")
    office.goto("/dashboard/items/")
    office.get_by_role("link", name="Change: Espresso").first.click()
    check(office, "an item")
    office.get_by_role("link", name="Count it").click()
    check(office, "a count")
    for words in ("Categories", "Import or export"):
        office.goto("/dashboard/items/")
        office.get_by_role("link", name=f"{words}: Harbour Kiosk").click()
        check(office, words)
    office.goto("/dashboard/tills/")
    office.get_by_role("link", name="Change: Kiosk till").click()
    check(office, "a till")
    office.goto("/dashboard/printers/")
    office.get_by_role("link", name="Add a printer: Harbour Kiosk").click()
    check(office, "a new printer")
    office.get_by_label("Name").fill("Bar")
    office.get_by_role("button", name="Add and show its address").click()
    expect(office.locator("#address")).to_contain_text("/print/")
    check(office, "a printer")
    office.goto("/dashboard/payments/?status=captured")
    office.locator("tbody").get_by_role("link").first.click()
    office.get_by_role("link", name="For a receipt printer").click()
    check(office, "a slip")


def test_the_doors_of_the_office(windows, check, watch):
    watch.expect("status of 410")
    page = windows.open(PHONE)
    for address in ("dashboard/password/", "dashboard/invitation/x/", "join/"):
        page.goto(f"/{address}")
        check(page, address)


def test_a_customer_opens_a_wallet(windows, check, watch):
    watch.expect("status of 4")
    phone = windows.open(PHONE)
    phone.goto("/wallet/sign-in/")
    phone.get_by_role("link", name="Open a wallet").click()
    check(phone, "open a wallet")
    phone.get_by_label("Your name").fill("Maeve")
    phone.get_by_label("E-mail or phone number").fill("maeve@example.com")
    phone.get_by_role("button", name="Send me a code").click()
    phone.get_by_label("Code").fill("0")
    phone.get_by_role("button", name="Continue").click()
    expect(phone.get_by_role("alert")).to_contain_text("not the code")
    check(phone, "code refused")
    office = windows.open(PHONE)
    letter = office.get_by_role("link", name="Your code for the wallet")

    def find_letter() -> int:
        office.goto("/demo/mail/")
        return letter.count()

    wait_for(find_letter)
    letter.first.click()
    code = re.search(r"\d{4} \d{4}", office.locator("main").inner_text())
    assert code
    phone.get_by_label("Code").fill(code[0])
    phone.get_by_role("button", name="Continue").click()
    check(phone, "choose a PIN")
    phone.get_by_label("New PIN").fill("482915")
    phone.get_by_label("The same PIN again").fill("482915")
    phone.get_by_role("button", name="Save and go on").click()
    expect(phone.get_by_role("heading", name="Until your first payment")).to_be_visible()
    check(phone, "an empty wallet")
    phone.goto("/wallet/pin/")
    check(phone, "PIN forgotten")


def test_the_console(windows, demo, console, check):
    stranger, page = windows.open(TABLET), console
    stranger.goto("/console/")
    check(stranger, "console's sign-in")
    page.goto("/console/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Harbour Pay Ltd")
    check(page, "console")
    for address in ("applications/", "log/", "wallets/", "wallets/?q=nobody"):
        page.goto(f"/console/{address}")
        check(page, address)
    page.get_by_label("Phone, e-mail").fill(demo["customers"][4]["phone"])
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(demo["customers"][4]["name"])
    check(page, "a wallet in the console")
    page.get_by_role("link", name="Security").click()
    check(page, "security of an operator")
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Harbour Pay Ltd")
