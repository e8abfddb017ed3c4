"""Take the pictures of docs/images: `make demo` in one terminal, this script in another.

python docs/take_screenshot.py                           all of them
python docs/take_screenshot.py money_in safeguarding     some, by their names
python docs/take_screenshot.py --facts FILE              of a demo kept elsewhere
"""  # noqa: INP001

import argparse
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
FACTS = ROOT / ".tessera" / "demo.json"
IMAGES = ROOT / "docs" / "images"
TILL: ViewportSize = {"width": 1180, "height": 820}
PHONE: ViewportSize = {"width": 390, "height": 820}
FRAME, GAP, RADIUS = "#7a827f", 40, 24
# Small pages and small files: text stays sharp with as many colours.
COLOURS = 128
ARRIVAL_MAX_MS = 60_000
WAITS_MAX = 30


@dataclass
class Demo:
    """The demo that runs, and windows of its people; an operator's code works once."""

    facts: dict[str, Any]
    browser: Browser
    _console: Page | None = None

    def open(self, size: ViewportSize) -> Page:
        """Open a window of a device of its own."""
        return open_window(self.browser, size, url=self.facts["base_url"])

    def open_wallet(self) -> Page:
        """Open the wallet of the first customer."""
        phone = self.open(PHONE)
        remember(phone, "tessera_wallet", self.facts["customers"][0]["token"])
        return phone

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


PICTURES: dict[str, Callable[[Demo], list[Image.Image]]] = {
    "sale": take_sale,
    "money_in": take_money_in,
    "break": take_break,
    "statements": take_statements,
    "run": take_run,
    "safeguarding": take_safeguarding,
}


def open_window(browser: Browser, size: ViewportSize, *, url: str) -> Page:
    """Open a window of a device of its own."""
    return browser.new_context(base_url=url, viewport=size, reduced_motion="reduce").new_page()


def remember(page: Page, name: str, value: str) -> None:
    """Sign the device in."""
    page.goto("/livez")
    page.context.add_cookies([{"name": name, "value": value, "url": page.url}])


def make_pairing_code(page: Page, owner: dict[str, str], *, till: str) -> str:
    """Sign in as the owner and make a pairing code for a till."""
    page.goto("/dashboard/")
    page.get_by_label("E-mail").fill(owner["email"])
    page.get_by_label("Password").fill(owner["password"])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Overview").wait_for()
    page.goto("/dashboard/tills/")
    page.get_by_role("button", name=f"New code: {till}").click()
    return page.locator(".pair-code").inner_text()


def pair(page: Page, code: str, cashier: dict[str, str]) -> None:
    """Pair the till, and let the cashier in."""
    page.goto("/till/pair/")
    page.get_by_label("Pairing code").fill(code)
    page.keyboard.press("Enter")
    page.get_by_label(cashier["name"]).check()
    for digit in cashier["pin"]:
        page.get_by_role("button", name=digit, exact=True).click()


def ring_up(page: Page) -> str:
    """Charge two flat whites and an apple tart; return the link in the code."""
    page.get_by_role("tab", name="Items").click()
    for item in ("Flat white €3.80", "Flat white €3.80", "Apple tart €5.20"):
        page.get_by_role("button", name=item).click()
    with page.expect_response("**/api/v1/charges") as response:
        page.locator("#charge").click()
    page.locator("#card:not(.skeleton)").wait_for()
    page.mouse.move(0, 0)
    charge: dict[str, Any] = response.value.json()
    return str(charge["link"])


def sign_in_operator(page: Page, operator: dict[str, str]) -> None:
    """Sign in to the console, with the code that the demo's stand-in for a phone shows."""
    page.goto("/demo/code/")
    found = re.search(r"\d{3} \d{3}", page.locator("main").inner_text())
    code = found[0].replace(" ", "") if found else ""
    page.goto("/console/")
    page.get_by_label("E-mail").fill(operator["email"])
    page.get_by_label("Password").fill(operator["password"])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/console/")


def send(page: Page, code: str) -> None:
    """Send money at the demo's bank, as a banking app would that has read the code."""
    page.goto("/demo/bank/")
    page.get_by_label("Text of the payment code").fill(code)
    page.get_by_role("button", name="Read the code").click()
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("status").filter(has_text="sent to").wait_for()


def wait_for_row(page: Page, address: str, *, with_text: str = "") -> None:
    """Open a page until its table has a row: the banker may still be reading."""
    for _ in range(WAITS_MAX):
        page.goto(address)
        if page.locator("tbody tr").filter(has_text=with_text).count():
            return
        page.wait_for_timeout(1000)


def take(page: Page) -> Image.Image:
    """Photograph the window, with rounded corners and a frame as a device has."""
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGBA")
    mask = Image.new("L", shot.size)
    box = (0, 0, shot.width - 1, shot.height - 1)
    ImageDraw.Draw(mask).rounded_rectangle(box, RADIUS, fill=255)
    shot.putalpha(mask)
    ImageDraw.Draw(shot).rounded_rectangle(box, RADIUS, outline=FRAME, width=3)
    return shot


def save(screens: list[Image.Image], name: str) -> None:
    """Put the screens side by side, on nothing, in few colours."""
    width = sum(screen.width for screen in screens) + GAP * (len(screens) - 1)
    picture = Image.new("RGBA", (width, max(screen.height for screen in screens)))
    left = 0
    for screen in screens:
        picture.alpha_composite(screen, (left, 0))
        left += screen.width + GAP
    IMAGES.mkdir(exist_ok=True)
    method = Image.Quantize.FASTOCTREE
    picture.quantize(COLOURS, method=method).save(IMAGES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
