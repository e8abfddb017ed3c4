"""Take the pictures of docs/images: `make demo` in one terminal, this script in another.

python docs/take_screenshot.py                           all of them
python docs/take_screenshot.py money_in safeguarding     some, by their names
python docs/take_screenshot.py --facts FILE              of a demo kept elsewhere
"""  # noqa: INP001

import argparse
import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from screenshot_steps import (
    WAITS_MAX,
    make_pairing_code,
    open_window,
    pair,
    remember,
    ring_up,
    save,
    send,
    sign_in_operator,
    sign_in_owner,
    take,
    take_paper,
    wait_for_row,
)

FACTS = Path(__file__).resolve().parent.parent / ".tessera" / "demo.json"
TILL: ViewportSize = {"width": 1180, "height": 820}
PHONE: ViewportSize = {"width": 390, "height": 820}
SLIP: ViewportSize = {"width": 440, "height": 700}
PAPER = 820
ARRIVAL_MAX_MS = 60_000
# Until receipts have their numbers.
WORKER_MS = 3_000


@dataclass
class Demo:
    """The demo that runs, and windows of its people; an operator's code works once."""

    facts: dict[str, Any]
    browser: Browser
    _console: Page | None = None
    _office: Page | None = None
    _traded: dict[str, str] = field(default_factory=dict)

    def open(self, size: ViewportSize) -> Page:
        """Open a window of a device of its own."""
        return open_window(self.browser, size, url=self.facts["base_url"])

    def open_wallet(self) -> Page:
        """Open the wallet of the first customer."""
        phone = self.open(PHONE)
        remember(phone, "tessera_wallet", self.facts["customers"][0]["token"])
        return phone

    def open_office(self) -> Page:
        """Open the dashboard, signed in as the owner of the first shop."""
        if self._office is None:
            self._office = self.open(TILL)
            sign_in_owner(self._office, self.facts["merchants"][0]["owner"])
        return self._office

    def post(self, path: str, body: dict[str, Any], secret: str) -> dict[str, Any]:
        """Ask the API for something."""
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": str(uuid.uuid4())}
        answer = self.open_office().request.post(f"/api/v1/{path}", data=body, headers=headers)
        found: dict[str, Any] = answer.json()
        return found

    def trade(self) -> dict[str, str]:
        """Sell for a while, once, over two settlements; return what there is to see of it."""
        if not self._traded:
            old = sell(self, 1890)
            sell(self, 480, customer=1)
            close(self.open_office())
            for place, amount_minor in enumerate((1250, 480, 760, 2300)):
                sell(self, amount_minor, customer=place % 3)
            last = sell(self, 990, customer=1)
            sell(self, 1600, secret=self.facts["merchants"][0]["secret_key"])
            refund(self, old, 690)
            settlement = close(self.open_office())
            sell(self, 1140, customer=2)
            refund(self, last, 190)
            self.open_office().wait_for_timeout(WORKER_MS)
            self._traded = {"settlement": settlement, "payment": last["id"]}
            self._traded["receipt"] = last["receipt"]
        return self._traded

    def open_console(self) -> Page:
        """Open the console, signed in."""
        if self._console is None:
            self._console = self.open(TILL)
            sign_in_operator(self._console, self.facts["operator"])
        return self._console


def main() -> None:
    """Take the pictures that were asked for."""
    parser = argparse.ArgumentParser(prog="docs/take_screenshot.py")
    parser.add_argument("--facts", type=Path, default=FACTS)
    parser.add_argument("names", nargs="*", choices=[*PICTURES, []])
    arguments = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        demo = Demo(json.loads(arguments.facts.read_text()), browser)
        for name in arguments.names or PICTURES:
            save(PICTURES[name](demo), name)
        browser.close()


def take_sale(demo: Demo) -> list[Image.Image]:
    """Ring up a sale and scan it: both screens."""
    merchant = demo.facts["merchants"][0]
    shop = merchant["stores"][0]
    till = demo.open(TILL)
    code = make_pairing_code(
        demo.open(TILL), merchant["owner"], till=shop["terminals"][0]["name"]
    )
    pair(till, code, shop["cashiers"][0])
    link = ring_up(till)
    screens = [take(till)]
    phone = demo.open_wallet()
    phone.goto(link)
    return [*screens, take(phone)]


def take_money_in(demo: Demo) -> list[Image.Image]:
    """Announce a top-up, send it at the demo's bank, and wait until it is there."""
    phone = demo.open_wallet()
    phone.goto("/wallet/")
    phone.get_by_role("link", name="Top up").first.click()
    screens = [take(phone)]
    phone.get_by_label("How much?").fill("25.00")
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_text("On its way").wait_for()
    screens.append(take(phone))
    copied = phone.locator("[data-copy]").all()
    holder, iban, bic, reference = (each.get_attribute("data-copy") for each in copied[:4])
    send(demo.open(TILL), f"BCD\n002\n1\nSCT\n{bic}\n{holder}\n{iban}\nEUR25.00\n\n{reference}")
    phone.get_by_role("heading", name="€25.00 arrived").wait_for(timeout=ARRIVAL_MAX_MS)
    return [*screens, take(phone)]


def take_break(demo: Demo) -> list[Image.Image]:
    """Send money that nobody has announced, and look at what it waits for."""
    phone = demo.open_wallet()
    phone.goto("/wallet/")
    phone.get_by_role("link", name="Top up").first.click()
    phone.get_by_label("How much?").fill("12.00")
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_text("On its way").wait_for()
    copied = phone.locator("[data-copy]").all()
    holder, iban, bic = (each.get_attribute("data-copy") for each in copied[:3])
    text = f"BCD\n002\n1\nSCT\n{bic}\n{holder}\n{iban}\nEUR12.00\n\n\nlunch money for Li"
    send(demo.open(TILL), text)
    console = demo.open_console()
    wait_for_row(console, "/console/breaks/")
    console.locator("tbody a").first.click()
    console.get_by_role("heading", level=1).wait_for()
    return [take(console)]


def take_statements(demo: Demo) -> list[Image.Image]:
    """End the bank's day, and look at the files that came."""
    bank = demo.open(TILL)
    bank.goto("/demo/bank/counter/")
    bank.get_by_role("button", name="End the bank's day").click()
    bank.wait_for_load_state("networkidle")
    console = demo.open_console()
    wait_for_row(console, "/console/statements/", with_text="camt.053")
    return [take(console)]


def take_run(demo: Demo) -> list[Image.Image]:
    """Have a customer ask for money back, and make a run of all orders that wait."""
    customer = demo.facts["customers"][0]
    phone = demo.open_wallet()
    phone.goto("/wallet/")
    phone.get_by_role("link", name="To my bank account").click()
    phone.get_by_label("Amount").fill("12.50")
    phone.get_by_label("IBAN").fill("DE89 3704 0044 0532 0130 00")
    phone.get_by_label("Your PIN").fill(customer["pin"])
    phone.get_by_role("button", name="Pay out").click()
    phone.get_by_text("Requested").first.wait_for()
    console = demo.open_console()
    console.goto("/console/runs/")
    console.get_by_role("button", name=re.compile("run", re.IGNORECASE)).first.click()
    console.get_by_role("heading", level=1).wait_for()
    return [take(console), take(phone)]


def take_safeguarding(demo: Demo) -> list[Image.Image]:
    """Compare what is at the bank with what is owed."""
    console = demo.open_console()
    console.goto("/console/safeguarding/")
    console.get_by_role("button", name="Check now").click()
    # The banker checks, and the page is asked again until it has.
    for _ in range(WAITS_MAX):
        console.goto("/console/safeguarding/")
        if not console.get_by_text("Not checked yet.").count():
            break
        console.wait_for_timeout(1000)
    return [take(console)]


def take_page(address: str) -> Callable[[Demo], list[Image.Image]]:
    """Return how to photograph a page of the dashboard, on a tablet and on a phone.

    `settlement` and `payment` in the address are the newest ones.
    """

    def take_both(demo: Demo) -> list[Image.Image]:
        office, screens = demo.open_office(), []
        for size in (TILL, PHONE):
            office.set_viewport_size(size)
            office.goto("about:blank")
            office.goto(f"/dashboard/{address.format(**demo.trade())}")
            screens.append(take(office))
        return screens

    return take_both


def take_receipt(demo: Demo) -> list[Image.Image]:
    """Open the receipt of a sale that was refunded: its page, and the slip that is its PDF."""
    phone = demo.open(PHONE)
    phone.goto(demo.trade()["receipt"])
    return [take(phone), take_paper(phone, f"{phone.url}receipt.pdf", width=PHONE["width"])]


def take_slip(demo: Demo) -> list[Image.Image]:
    """Show a receipt as a printer of each width of paper prints it."""
    address = f"{demo.trade()['receipt']}slip/?copy=on&printer="
    screens = []
    for chosen in ("epson&columns=48", "other&columns=32"):
        page = demo.open(SLIP)
        page.goto(address + chosen)
        page.locator(".paper-wrap").evaluate("paper => paper.scrollIntoView()")
        screens.append(take(page))
    return screens


def take_statement(demo: Demo) -> list[Image.Image]:
    """Download the statement as PDF, and look at its first page."""
    address = f"/dashboard/settlements/{demo.trade()['settlement']}.pdf"
    return [take_paper(demo.open_office(), address, width=PAPER)]


# The pages of settlement, as docs/settlement.md goes through them.
SETTLEMENT = {
    "overview": "",
    "settlements": "settlements/",
    "close": "settlements/close/",
    "settlement": "settlements/{settlement}/",
    "settlement_lines": "settlements/{settlement}/#sums-title",
    "timetable": "settlements/timetable/",
    "bank_account": "bank-account/",
    "fees": "fees/",
    "payments": "payments/",
    "payment": "payments/{payment}/",
    "reports": "reports/",
    "accounting": "accounting/",
}
PICTURES: dict[str, Callable[[Demo], list[Image.Image]]] = {
    "sale": take_sale,
    "money_in": take_money_in,
    "break": take_break,
    "statements": take_statements,
    "run": take_run,
    "safeguarding": take_safeguarding,
    **{name: take_page(address) for name, address in SETTLEMENT.items()},
    "statement": take_statement,
    "receipt": take_receipt,
    "slip": take_slip,
}


def sell(
    demo: Demo, amount_minor: int, *, customer: int = 0, secret: str = ""
) -> dict[str, Any]:
    """Sell by the API, at the first till unless by the secret; return charge and receipt."""
    shop, payer = demo.facts["merchants"][0]["stores"][0], demo.facts["customers"][customer]
    amount = {"amount_minor": amount_minor, "currency": demo.facts["currency"]}
    token = secret or shop["terminals"][0]["token"]
    charge = demo.post("charges", {"amount": amount}, token)
    claim = demo.post("wallet/claims", {"payload": charge["link"]}, payer["token"])
    pin = {"pin": payer["pin"]} if claim["needs"] else {}
    payment = demo.post("wallet/payments", {"claim": claim["id"], **pin}, payer["token"])
    return {"id": charge["id"], "receipt": payment["receipt"]}


def refund(demo: Demo, charge: dict[str, Any], amount_minor: int) -> None:
    """Give some of a sale back, as the shop's own program does."""
    amount = {"amount_minor": amount_minor, "currency": demo.facts["currency"]}
    key = demo.facts["merchants"][0]["secret_key"]
    demo.post(f"charges/{charge['id']}/refunds", {"amount": amount}, key)


def close(office: Page) -> str:
    """Close the open settlement by hand, and return its reference."""
    office.goto("/dashboard/settlements/close/")
    office.get_by_role("button", name=re.compile("^Close")).click()
    office.wait_for_url("**/settlements/se_*/")
    return office.url.rstrip("/").rpartition("/")[2]


if __name__ == "__main__":
    main()
