"""The demo's bank: a code is pasted and sent, its file comes, and the day ends with another."""

from pathlib import Path

from playwright.sync_api import expect

from demo.bank.branch import OPERATOR_IBAN, OPERATOR_NAME
from tests.browser.windows import PHONE
from tests.demo.bank_files import Letter, pick, read_balances
from tests.faults.shop import wait_for

# As long as ours are.
MESSAGE_ID = "PF01M8PD75DMFAFTDMRQR7KHJXC0"
CODE = f"BCD\n002\n1\nSCT\n\n{OPERATOR_NAME}\n{OPERATOR_IBAN}\nEUR25.50\n\nRF18539007547034"


def test_a_customer_sends_money_by_the_text_of_a_code(windows, stack, check, watch):
    watch.expect("status of 422")
    inbox = Path(stack.settings["BANK_INBOX"])
    phone = windows.open(PHONE)
    phone.goto("/demo/bank/")
    check(phone, "the bank")

    phone.get_by_label("Text of the payment code").fill(CODE)
    phone.get_by_role("button", name="Read the code").click()
    expect(phone.get_by_label("Amount in euros")).to_have_value("25.50")
    phone.get_by_label("Amount in euros").fill("x")
    phone.get_by_role("button", name="Send", exact=True).click()
    expect(phone.get_by_label("Amount in euros")).to_be_focused()
    check(phone, "an amount refused")
    phone.get_by_label("Amount in euros").fill("25.60")
    phone.get_by_role("button", name="Send", exact=True).click()

    expect(phone.get_by_role("status")).to_have_text(f"€25.60 sent to {OPERATOR_NAME}.")
    check(phone, "money sent")
    notices = [each.read_bytes() for each in inbox.glob("camt054-*.xml")]
    assert ["25.60"] in [pick(each, "Ntry/Amt") for each in notices]


def test_the_counter_takes_a_file_and_ends_the_day(windows, stack, check):
    inbox, outbox = (Path(stack.settings[f"BANK_{name}"]) for name in ("INBOX", "OUTBOX"))
    page = windows.open()
    page.goto("/demo/bank/counter/")
    check(page, "an empty counter")
    new = outbox / f"{MESSAGE_ID}.new"
    new.write_bytes(Letter(count="7", message_id=MESSAGE_ID).write())
    new.rename(outbox / f"{MESSAGE_ID}.xml")
    wait_for(lambda: not list(outbox.glob(f"{MESSAGE_ID}*")))

    page.reload()
    expect(page.get_by_role("region", name=MESSAGE_ID)).to_contain_text("Refused AM18")
    page.get_by_text("What the bank does badly").click()
    page.get_by_label("The next order in a file").select_option(
        "Booked, and returned after two days"
    )
    page.get_by_role("button", name="Keep in mind").click()
    expect(page.get_by_label("The next order in a file")).to_have_value("returned")
    check(page, "a bank with a bad mood")
    page.get_by_label("The next order in a file").select_option("As it should be")
    page.get_by_role("button", name="Keep in mind").click()
    before = len(list(inbox.glob("camt053-*.xml")))
    page.get_by_role("button", name="End the bank's day").click()

    wait_for(lambda: len(list(inbox.glob("camt053-*.xml"))) == before + 1)
    newest = max(inbox.glob("camt053-*.xml"))
    shown = page.locator(".figure .big").inner_text()
    assert f"€{read_balances(newest.read_bytes())['CLBD'] / 100:,.2f}" == shown
