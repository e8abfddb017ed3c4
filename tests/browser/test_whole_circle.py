"""The whole circle by pages and bank files, on an empty installation and without a shell.

An organisation sets itself up, a shop and a customer join, money comes in, is spent, and leaves
to both their banks; after each step the bank has what is owed.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from demo.bank.bank import Bank, open_bank
from demo.bank.branch import Settings, write_settings
from identity.factors import show_app_code
from servers.stack import Stack
from tests.browser.conftest import Sql
from tests.browser.screens import Office, Phone, Till, scan
from tests.browser.windows import PHONE, TABLET, Windows
from tests.faults.shop import wait_for
from tests.folders import name_folder
from tests.ports import find_port
from tests.stack import ENVIRONMENT, SIZE, forget_last_run

pytestmark = pytest.mark.slow

PASSWORD = "seven harbour seals"
CASHIER = {"name": "Sam Doyle", "pin": "275194"}
CUSTOMER, CUSTOMER_PIN = "Maeve Byrne", "482915"
# What stands for the bank's day before its first statement.
NO_DAY = "\N{EN DASH}"
ADDRESS = {
    "Street": "Quay Street",
    "Number": "3",
    "Postcode": "D02 X285",
    "Town": "Dublin",
    "Country": "Ireland",
}
_CODE = re.compile(r"code ([0-9A-Z]{4}(?:-[0-9A-Z]{4}){2})")
# What the books say is at the bank, and all that is owed: to customers and shops, money on its
# way out, money nobody has claimed, and our fees.
_EQUATION = """
    SELECT coalesce(sum(minor) FILTER (WHERE kind = 'safeguard'), 0)::bigint,
           coalesce(sum(minor) FILTER (WHERE kind <> 'safeguard'), 0)::bigint
      FROM (SELECT kind, CASE WHEN may_go_negative THEN ledger_sum_balance(id)
                              ELSE balance_minor END AS minor
              FROM ledger_account WHERE currency = 'EUR') accounts
"""


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """A stack that nobody has set up, with a bank that has no customer yet."""
    folder = name_folder("empty")
    forget_last_run(folder)
    write_settings(folder / "bank", Settings())
    port = find_port()
    # Its log shows the code of the set-up among its warnings.
    own = {"PUBLIC_URL": f"http://localhost:{port}", "LOG_LEVEL": "WARNING"}
    with Stack(folder, port=port, size=SIZE, environment=ENVIRONMENT | own) as running:
        yield running


@pytest.fixture
def bank(stack: Stack) -> Iterator[Bank]:
    """The stack's bank itself, beside its process and its pages."""
    with open_bank(Path(stack.settings["DEMO_BANK"])) as opened:
        yield opened


@dataclass(frozen=True, slots=True)
class People:
    """The windows of everybody who takes part; `mail` stands for all their post."""

    console: Page
    office: Page
    till: Till
    phone: Phone
    teller: Page
    mail: Page

    @classmethod
    def open(cls, windows: Windows) -> "People":
        """Open the windows."""
        return cls(
            console=windows.open(TABLET),
            office=windows.open(TABLET),
            till=Till(windows.open(TABLET)),
            phone=Phone(windows.open(PHONE)),
            teller=windows.open(TABLET),
            mail=windows.open(PHONE),
        )


def test_the_whole_circle(windows: Windows, stack: Stack, sql: Sql, bank: Bank) -> None:
    people = People.open(windows)

    def expect_held(minor: int, *, day: str) -> None:
        """Wait until this much is at the bank, in the books, and owed; ask the console too."""
        assert bank.balance_minor == minor
        wait_for(lambda: sql(_EQUATION) == [(minor, minor)], within_s=15)
        check_safeguarding(people.console, day=day)

    log = stack.state.path / "logs" / "web.log"
    set_up(people, read_code(log.read_text()))
    add_account(people)
    join_as_shop(people)
    furnish(people)
    join_as_customer(people)

    top_up(people)
    expect_held(4000, day=NO_DAY)
    day = end_day(people, closes_with="€40.00")
    expect_held(4000, day=day)
    sell(people)
    expect_held(4000, day=day)
    close_settlement(people)
    expect_held(4000, day=day)
    release_a_run(people, payee="Pier Foods Ltd")
    day = end_day(people, closes_with="€30.40")
    expect_paid_out(people.office)
    expect_held(4000 - 960, day=day)
    redeem_the_rest(people)
    expect_held(4000 - 960, day=day)
    release_a_run(people, payee=CUSTOMER)
    day = end_day(people, closes_with="€0.00")
    expect_paid_out(people.phone.page)
    expect_held(0, day=day)
    # It ends with an error if any invariant does not hold.
    stack.manage("check_books")


def read_code(log: str) -> str:
    found = _CODE.search(log)
    assert found, "the web's log shows no code"
    return found[1]


def write(page: Page, **typed: str) -> None:
    """Write into fields or choose from lists, by their labels."""
    for label, text in typed.items():
        field = page.get_by_label(re.compile(rf"^\s*{re.escape(label)}( optional)?\s*$"))
        if field.evaluate("field => field.localName") == "select":
            field.select_option(label=text)
        else:
            field.fill(text)


def press(page: Page, name: str) -> None:
    """Send a form, and wait for its answer."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()


def until(page: Page, is_there: Callable[[], object]) -> None:
    """Look at a page again and again until it shows something."""

    def look() -> object:
        page.reload()
        return is_there()

    wait_for(look, within_s=30)


def read_mail(page: Page, subject: str) -> str:
    """Return the text of the newest mail of this subject, which may still be on its way."""
    page.goto("/demo/mail/")
    letter = page.get_by_role("link", name=subject)
    until(page, letter.count)
    letter.first.click()
    return page.locator("main").inner_text()


def read_link(page: Page, subject: str) -> str:
    (link,) = re.findall(r"http://\S+", read_mail(page, subject))
    return str(link)


def set_up(people: People, code: str) -> None:
    page = people.console
    page.goto("/")
    page.locator("a[href='/setup/']").click()
    write(page, Code=code)
    press(page, "Begin")
    right = "Limited network: money for our own shops or place alone"
    write(page, **{"Name in law": "Harbour Pay Ltd", "Legal form": "Company"})
    write(page, **{"By which right you hold customers' money": right} | ADDRESS)
    write(page, **{"Your name": "Aoife Kelly", "Your e-mail": "aoife@harbour.example"})
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Set up")
    # The console wants a second factor first.
    expect(page.get_by_role("status")).to_contain_text("The console asks for a second factor.")
    follow(page, "Add an app")
    secret = page.locator(".app-key").inner_text()
    write(page, **{"Code": show_app_code(secret.replace(" ", "")), "Your password": PASSWORD})
    press(page, "Add the app")
    follow(page, "I have kept them")
    expect(page.get_by_role("heading", level=1)).to_have_text("Harbour Pay Ltd")


def add_account(people: People) -> None:
    people.teller.goto("/demo/bank/counter/")
    account = people.teller.get_by_role("region").first
    holder, iban = (account.locator("bdi").nth(place).inner_text() for place in range(2))
    page = people.console
    follow(page, "The bank account")
    follow(page, "Add an account")
    write(page, **{"IBAN": iban, "Currency": "EUR", "Account holder": holder} | ADDRESS)
    press(page, "Add the account")
    expect(page.get_by_role("heading", level=1)).to_have_text(iban)


def join_as_shop(people: People) -> None:
    page = people.office
    page.goto("/")
    page.locator("a[href='/join/']").click()
    write(page, **{"Name of the shop": "Pier Coffee", "What it sells": "Bakery"})
    write(page, **{"Name in law": "Pier Foods Ltd", "Legal form": "Company"} | ADDRESS)
    write(page, **{"Your name": "Mary Doyle", "Your e-mail": "mary@pier.example"})
    write(page, **{"Your phone number": "+353 87 123 4567"})
    press(page, "Apply")
    page.goto(read_link(people.mail, "Confirm your address"))
    press(page, "Yes, go on")
    expect(page.get_by_role("status")).to_contain_text("Your address is confirmed.")

    people.console.goto("/console/")
    follow(people.console, "The first shop")
    follow(people.console, "Pier Coffee")
    press(people.console, "Approve the shop")
    expect(people.console.get_by_text("Approved").first).to_be_visible()

    page.goto(read_link(people.mail, "Pier Coffee is approved: open your dashboard"))
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Accept and sign in")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def furnish(people: People) -> None:
    """Open a store with an item, a cashier and a paired till, as the checklist says."""
    page = people.office
    follow(page, "A store")
    follow(page, "Open the first store")
    write(page, **{"Name": "Pier Coffee", "Currency": "EUR"} | ADDRESS)
    press(page, "Open the store")
    page.goto("/dashboard/items/")
    follow(page, "Add the first item")
    write(page, **{"Name": "Flat white", "Price in EUR": "4.80"})
    press(page, "Add the item")
    page.goto("/dashboard/people/")
    follow(page, "Add a cashier")
    write(page, Name=CASHIER["name"], PIN=CASHIER["pin"])
    press(page, "Add the cashier")
    page.goto("/dashboard/tills/")
    follow(page, "Add a till: Pier Coffee")
    write(page, Name="Bar")
    press(page, "Add and show its code")
    expect(page.locator(".pair-code")).to_be_visible()
    people.till.page.goto(scan(page))
    press(people.till.page, "Pair")
    people.till.unlock(CASHIER)


def join_as_customer(people: People) -> None:
    page = people.phone.page
    page.goto("/wallet/join/")
    address = {"Your name": CUSTOMER, "E-mail or phone number": "maeve@example.com"}
    write(page, **address)
    press(page, "Send me a code")
    code = re.search(r"\d{4} \d{4}", read_mail(people.mail, "Your code for the wallet"))
    assert code
    write(page, Code=code[0])
    press(page, "Continue")
    write(page, **{"New PIN": CUSTOMER_PIN, "The same PIN again": CUSTOMER_PIN})
    press(page, "Save and go on")
    expect(page.get_by_role("heading", name="Until your first payment")).to_be_visible()


def top_up(people: People) -> None:
    page, teller = people.phone.page, people.teller
    follow(page, "Top up")
    page.get_by_label("How much?").fill("40")
    press(page, "Continue")
    picture = page.locator("svg.qr").screenshot()
    teller.goto("/demo/bank/")
    shown = {"name": "code.png", "mimeType": "image/png", "buffer": picture}
    teller.get_by_label("Or a picture of it").set_input_files(shown)  # type: ignore[arg-type]
    press(teller, "Read the picture")
    expect(teller.get_by_label("Amount in euros")).to_have_value("40.00")
    teller.get_by_label("Or of somebody new").fill(CUSTOMER)
    press(teller, "Send")
    expect(teller.get_by_role("status")).to_contain_text("€40.00 sent to")
    # Without a touch: the bank's file is read, booked, and the phone is told.
    arrived = "It arrived, and is in your wallet."
    expect(page.get_by_role("status")).to_have_text(arrived, timeout=60_000)


def sell(people: People) -> None:
    till, phone = people.till, people.phone
    till.page.get_by_role("tab", name="Items").click()
    for _ in range(2):
        till.page.get_by_role("button", name=re.compile("^Flat white")).click()
    till.page.locator("#charge").click()
    phone.open(till.scan())
    expect(phone.page.get_by_text("€9.60").first).to_be_visible()
    phone.pay()
    till.expect_result("Paid")


def close_settlement(people: People) -> None:
    page = people.office
    page.goto("/dashboard/settlements/")
    follow(page, "Close a settlement now")
    press(page, "Close the settlement")
    expect(page.get_by_text("Waits for a bank account").first).to_be_visible()
    figures = Office(page).read_figures()
    assert (figures["Sales"], figures["Payout"]) == (960, 960)
    page.goto("/dashboard/bank-account/")
    follow(page, "Name the account")
    write(page, IBAN="IE29 AIBK 9311 5212 3456 78")
    # Holder and address are known from the application.
    expect(page.get_by_label("Account holder")).to_have_value("Pier Foods Ltd")
    press(page, "Use this account")
    expect(page.get_by_text("Allied Irish Banks")).to_be_visible()
    page.goto("/dashboard/settlements/")
    expect(page.get_by_text("Ordered").first).to_be_visible()
    expect(find_paid_out(page)).to_have_count(0)


def redeem_the_rest(people: People) -> None:
    people.teller.goto("/demo/bank/")
    account = people.teller.get_by_role("listitem").filter(has_text=CUSTOMER)
    page = people.phone.page
    page.goto("/wallet/")
    follow(page, "To my bank account")
    follow(page, "All of it")
    expect(page.get_by_label("Amount")).to_have_value("30.40")
    write(page, **{"IBAN of your account": account.locator("bdi").nth(1).inner_text()})
    expect(page.get_by_label("Account holder")).to_have_value(CUSTOMER)
    write(page, **{"Your PIN": CUSTOMER_PIN})
    press(page, "Pay out")
    expect(page.get_by_text("Requested").first).to_be_visible()
    expect(find_paid_out(page)).to_have_count(0)


def release_a_run(people: People, *, payee: str) -> None:
    """Make a run of what waits, release it, and wait until the bank has paid it."""
    page, teller = people.console, people.teller
    page.goto("/console/runs/")
    press(page, "Make a run")
    expect(page.get_by_text("Draft")).to_be_visible()
    press(page, "Release the run")
    title = page.get_by_role("heading", level=1).locator("..")
    until(page, title.get_by_text("Sent").count)
    teller.goto("/demo/bank/counter/")
    paid = teller.get_by_role("row").filter(has_text=payee).filter(has_text="Booked")
    out = paid.filter(has_text="\N{MINUS SIGN}")
    until(teller, out.count)


def end_day(people: People, *, closes_with: str) -> str:
    """End the bank's day, wait for its statement, and return the day as pages show it."""
    page = people.teller
    page.goto("/demo/bank/counter/")
    today = page.get_by_role("heading", name="The bank's date").locator("time")
    ended = today.inner_text()
    press(page, "End the bank's day")
    expect(today).not_to_have_text(ended)
    page = people.console
    page.goto("/console/statements/")
    balance = page.locator("[data-label='Closes with']", has_text=closes_with)
    statement = page.get_by_role("row").filter(has_text=ended).filter(has=balance)
    until(page, statement.count)
    return ended


def find_paid_out(page: Page) -> Locator:
    return page.locator(".chip", has_text="Paid out")


def expect_paid_out(page: Page) -> None:
    until(page, find_paid_out(page).count)


def check_safeguarding(page: Page, *, day: str) -> None:
    """Check in the console now, with the bank's statement of this day."""
    page.goto("/console/safeguarding/")
    checks = page.get_by_role("group", name="Checks", exact=True).locator("tbody tr")
    before = checks.count()
    press(page, "Check now")
    expect(checks).to_have_count(before + 1)
    expect(checks.first.locator("[data-label='Day']")).to_have_text(day)
    expect(page.get_by_role("alert")).to_have_count(0)
    if day != NO_DAY:
        expect(page.get_by_text("It holds, to the cent.")).to_be_visible()
