"""Money goes round by pages and files alone: in by a code, out to its owner and to the shop."""

from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import expect

from demo.bank.accounts import make_iban, show_iban
from demo.bank.bank import open_bank
from tests.browser.screens import MINUS, Office
from tests.browser.windows import TABLET
from tests.faults.shop import wait_for

_SAFEGUARD = """
    SELECT sum(ledger_sum_balance(id, 'infinity')) FROM ledger_account
     WHERE kind = 'safeguard' AND currency = 'EUR'
"""


@pytest.fixture
def forget_maker(stack):
    """Forget who made the runs, so that one person releases them whatever their sum."""

    def forget():
        owner = stack.servers.owner_url(stack.database)
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute("UPDATE banking_paymentfile SET created_by_id = NULL")

    return forget


@pytest.fixture
def bank(stack):
    """The stack's bank itself, beside its process and its pages."""
    with open_bank(Path(stack.settings["DEMO_BANK"])) as opened:
        yield opened


def top_up(page, teller):
    page.goto("/wallet/top-up/")
    page.get_by_label("How much?").fill("40")
    page.get_by_role("button", name="Continue").click()
    picture = page.locator("svg.qr").screenshot()
    teller.goto("/demo/bank/")
    shown = {"name": "code.png", "mimeType": "image/png", "buffer": picture}
    teller.get_by_label("Or a picture of it").set_input_files(shown)
    teller.get_by_role("button", name="Read the picture").click()
    expect(teller.get_by_label("Amount in euros")).to_have_value("40.00")
    teller.get_by_label("From the account of").select_option("Li Wei")
    teller.get_by_role("button", name="Send", exact=True).click()
    expect(teller.get_by_role("status")).to_contain_text("€40.00 sent to")
    # Without a touch: the bank's file is read, booked, and the phone is told.
    expect(page.get_by_role("status")).to_have_text("It arrived, and is in your wallet.")


def redeem(page, *, pin):
    page.goto("/wallet/")
    page.get_by_role("link", name="To my bank account").click()
    page.get_by_label("Amount").fill("12,50")
    page.get_by_label("IBAN").fill(make_iban(1))
    page.get_by_label("Your PIN").fill(pin)
    page.get_by_role("button", name="Pay out").click()
    expect(page.get_by_text("Requested").first).to_be_visible()


def release_a_run(console, forget_maker, *, operator):
    Office(console).enter_console(operator)
    console.goto("/console/runs/")
    console.get_by_role("button", name="Make a run").click()
    expect(console.get_by_text("Draft")).to_be_visible()
    forget_maker()
    console.reload()
    console.get_by_role("button", name="Release the run").click()
    expect(console.get_by_role("heading", level=1)).to_be_visible()


def test_money_goes_round(phone, windows, demo, sql, bank, forget_maker, watch):
    page, teller, console = phone.page, windows.open(TABLET), windows.open(TABLET)
    before = bank.balance_minor
    ((held,),) = sql(_SAFEGUARD)
    # What other tests have booked by hand, and no bank ever had.
    by_hand = held - before

    top_up(page, teller)
    assert bank.balance_minor == before + 4000
    assert sql(_SAFEGUARD) == [(by_hand + before + 4000,)]
    redeem(page, pin=demo["customers"][0]["pin"])
    release_a_run(console, forget_maker, operator=demo["operator"])

    wait_for(lambda: bank.balance_minor < before + 4000)
    teller.goto("/demo/bank/counter/")
    payout = teller.get_by_role("row").filter(has_text="Li Wei").filter(has_text="12.50")
    expect(payout.first).to_contain_text("Booked")
    teller.get_by_role("button", name="End the bank's day").click()

    def is_paid_out():
        page.reload()
        return page.get_by_text("Paid out", exact=True).count() > 0

    wait_for(is_paid_out)
    wait_for(lambda: sql(_SAFEGUARD) == [(by_hand + bank.balance_minor,)])
    teller.goto("/demo/bank/")
    account = teller.get_by_role("listitem").filter(has_text=show_iban(make_iban(1)))
    expect(account).to_contain_text(f"{MINUS}€27.50")
