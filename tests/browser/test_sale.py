"""A whole sale, from pairing the till to the statement, in the windows people use."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.screens import MINUS, Office, Phone, Till, find_owner, read_cents, scan
from tests.browser.windows import PHONE, TABLET

RECEIPT_TIMEOUT_MS = 20_000
# The other tests' windows are light.
SCHEME = "dark"


@pytest.fixture
def owner(windows, demo):
    office = Office(windows.open(TABLET, scheme=SCHEME))
    office.sign_in(find_owner(demo))
    return office


@pytest.fixture
def paired(windows, demo, owner):
    till = Till(windows.open(TABLET, scheme=SCHEME))
    code = owner.make_pairing_code("Till 2")
    till.page.goto(scan(owner.page))
    expect(till.page.get_by_label("Pairing code")).to_have_value(code)
    expect(till.page).to_have_url(re.compile("/till/pair/$"))
    till.page.get_by_role("button", name="Pair").click()
    till.unlock(demo["merchants"][0]["stores"][0]["cashiers"][0])
    return till


def test_a_sale_goes_from_the_keypad_to_the_statement(windows, stack, payer, paired, owner):
    phone = Phone(windows.open(PHONE, scheme=SCHEME))
    short_code = sell(paired, phone, payer)
    read_receipt(phone)
    read_mail(windows.open(PHONE, scheme=SCHEME), payer)
    settle(owner, short_code)
    refund(paired, short_code)

    expect(phone.page.get_by_role("status")).to_have_text("€4.80 came back to your wallet.")
    expect(phone.row("Refunded")).to_contain_text("+€4.80")
    # It ends with an error if any invariant does not hold.
    stack.manage("check_books")


def sell(till, phone, payer) -> str:
    till.charge("1480")
    expect(till.page.locator("#code-amount")).to_have_text("€14.80")
    phone.open(till.scan())
    expect(phone.page.get_by_text("€14.80")).to_be_visible()
    phone.sign_in(payer)

    expect(till.chip).to_have_text("Li W. is checking")
    expect(phone.row("The till shows")).to_have_text(till.words.inner_text())
    short_code = phone.row("Reference").inner_text()
    phone.pay()

    till.expect_result("Paid")
    expect(till.page.locator("#result-rows")).to_contain_text(short_code)
    expect(till.page.locator("#result-rows")).to_contain_text("Li W.")
    expect(phone.title).to_have_text("Paid")
    number = till.page.locator("#receipt-number")
    expect(number).to_be_visible(timeout=RECEIPT_TIMEOUT_MS)
    expect(number).to_have_text(re.compile(r"^Receipt \d{5}"))
    return short_code


def read_receipt(phone) -> None:
    phone.page.get_by_role("link", name="Receipt").click()
    expect(phone.title).to_have_text("Harbour Corner")
    expect(phone.row("Receipt")).not_to_be_empty()
    expect(phone.page.get_by_role("row", name="Paid")).to_contain_text("€14.80")
    phone.page.go_back()
    expect(phone.title).to_have_text("Paid")


def read_mail(page, payer) -> None:
    page.goto("/demo/mail/")
    newest = page.locator("li").filter(has_text=payer["email"]).first
    newest.get_by_role("link").click()
    expect(page.locator("main")).to_contain_text("€14.80")
    expect(page.locator("main")).to_contain_text("Harbour Corner")


def settle(owner, short_code) -> None:
    owner.page.goto("/dashboard/payments/")
    sale = owner.page.get_by_role("row").filter(has_text=short_code)
    address = sale.get_by_role("link").first.get_attribute("href")
    owner.page.goto("/dashboard/settlements/")
    before = owner.read_figures()
    owner.page.get_by_role("link", name="Close a settlement now").click()
    expect(owner.page.get_by_role("heading", level=1)).to_have_text("Close a settlement now?")
    asked = owner.page.get_by_role("heading", level=2).inner_text()
    owner.page.get_by_role("button", name="Close the settlement").click()
    expect(owner.page.get_by_role("heading", level=1)).to_contain_text("ST-")

    figures = owner.read_figures()
    assert read_cents(asked) == figures["Payout"]
    assert figures["Closing balance"] == before["Balance now"] - figures["Payout"]
    assert figures["Closing balance"] == (
        figures["Opening balance"]
        + figures["Sales"]
        - figures["Refunds"]
        - figures["Fees"]
        - figures["Payout"]
    )
    line = owner.page.get_by_role("row").filter(has=owner.page.locator(f"[href='{address}']"))
    # Below the fee stands the rule that it is by.
    cells = [text.splitlines()[0] for text in line.locator("td.n").all_inner_texts()]
    gross, fee, net = map(read_cents, cells)
    assert (gross, abs(fee), net) == (1480, 9, 1471)
    check_csv(owner, figures)


def check_csv(owner, figures) -> None:
    with owner.page.expect_download() as download:
        owner.page.get_by_text("Download", exact=True).click()
        owner.page.get_by_role("link", name="CSV: Programs").click()
    assert re.fullmatch(r"settlement-\d{4}-EUR\.csv", download.value.suggested_filename)
    rows = list(csv.DictReader(Path(download.value.path()).read_text().splitlines()))
    sales = [row for row in rows if row["kind"] == "sale"]
    assert sum(read_cents(row["amount"]) for row in sales) == figures["Sales"]
    assert rows[-1]["record"] == "end"


def refund(till, short_code) -> None:
    till.page.get_by_role("button", name="New sale").click()
    till.page.get_by_role("link", name="Activity").click()
    till.page.get_by_role("button", name=f"Refund {short_code}").click()
    sheet = till.page.get_by_role("dialog")
    sheet.get_by_label("Amount").fill("4.80")
    sheet.get_by_label("Reason").fill("Soup was cold")
    sheet.get_by_role("button", name="Refund €4.80").click()
    expect(sheet.get_by_role("heading", name="Refunded €4.80")).to_be_visible()
    sheet.get_by_role("button", name="Done").click()
    expect(till.page.get_by_role("row").filter(has_text=short_code)).to_contain_text(
        f"{MINUS}€4.80"
    )
