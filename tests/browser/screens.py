"""The till, the phone and the dashboard, driven as people use them."""

import io
import re
from typing import Any

import zxingcpp
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from identity.factors import show_app_code

MINUS = "\N{MINUS SIGN}"
_LOADING = re.compile(r"\bskeleton\b")


class Till:
    """A till's window."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.chip = page.locator("#chip")
        self.words = page.locator("#words")
        self.result = page.locator("#result-title")
        self.banner = page.locator("#banner")

    def unlock(self, cashier: dict[str, str]) -> None:
        """Unlock the till with the cashier's PIN, on the screen's keypad."""
        self.page.get_by_label(cashier["name"]).check()
        for digit in cashier["pin"]:
            self.page.get_by_role("button", name=digit, exact=True).click()
        expect(self.page.locator("#charge")).to_be_visible()

    def type(self, digits: str) -> None:
        """Type an amount on the keypad."""
        for digit in digits:
            self.page.get_by_role("button", name=digit, exact=True).click()

    def charge(self, digits: str) -> None:
        """Type an amount and charge it; the code is on the screen then."""
        self.type(digits)
        self.page.locator("#charge").click()
        self.wait_for_code()

    def wait_for_code(self) -> None:
        """Wait until the code is drawn."""
        expect(self.page.locator("#card")).not_to_have_class(_LOADING)
        expect(self.words).not_to_be_empty()

    def scan(self) -> str:
        """Read the code off the screen, as a camera does; return the address in it."""
        self.wait_for_code()
        return scan(self.page)

    def read_short_code(self) -> str:
        """Read the code for those without a camera."""
        self.wait_for_code()
        return self.page.locator("#short").inner_text()

    def expect_result(self, title: str, text: str = "") -> None:
        """Wait for the end of the sale."""
        expect(self.result).to_have_text(title)
        expect(self.page.locator("#result-text")).to_have_text(text)


class Phone:
    """A phone's window."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.main = page.locator("#main")
        self.title = page.get_by_role("heading", level=1)
        self.pay_button = page.locator("#pay-button")

    def open(self, address: str) -> None:
        """Open what the camera has read."""
        self.page.goto(address)

    def sign_in(self, customer: dict[str, str]) -> None:
        """Sign in by phone number and PIN."""
        self.page.get_by_label("Phone number").fill(customer["phone"])
        self.page.get_by_label("PIN").fill(customer["pin"])
        self.page.get_by_role("button", name="Continue").click()

    def row(self, label: str) -> Locator:
        """Find the value beside a label."""
        return self.page.locator(".row").filter(has_text=label).locator("dd")

    def pay(self) -> None:
        """Press the button, and wait until it says paid."""
        self.pay_button.click()
        expect(self.main).to_have_attribute("data-state", "paid")

    def expect_state(self, state: str, text: str = "") -> None:
        """Wait for one of the pay page's states and its words."""
        expect(self.main).to_have_attribute("data-state", state)
        expect(self.main).to_contain_text(text)


class Office:
    """The owner's window on the dashboard."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def sign_in(self, owner: dict[str, str]) -> None:
        """Sign in by e-mail and password."""
        self.page.goto("/dashboard/")
        self.page.get_by_label("E-mail").fill(owner["email"])
        self.page.get_by_label("Password").fill(owner["password"])
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", name="Overview")).to_be_visible()

    def enter_console(self, operator: dict[str, str]) -> None:
        """Sign in to the console by password and code."""
        self.page.goto("/console/")
        self.page.get_by_label("E-mail").fill(operator["email"])
        self.page.get_by_label("Password").fill(operator["password"])
        self.page.get_by_role("button", name="Sign in").click()
        self.page.get_by_label("Code").fill(show_app_code(operator["app_secret"]))
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        expect(self.page).to_have_url(re.compile("/console/$"))

    def make_pairing_code(self, till: str) -> str:
        """Make a pairing code for a till and read it."""
        self.page.goto("/dashboard/tills/")
        self.page.get_by_role("button", name=f"New code: {till}").click()
        return self.page.locator(".pair-code").inner_text()

    def read_figures(self) -> dict[str, int]:
        """Read the equation of the statement on the screen, in cents."""
        cells = self.page.locator(".eq > div")
        found = {}
        for cell in cells.all():
            label = cell.locator("dt").inner_text().partition(" (")[0]
            found[label] = read_cents(cell.locator("dd").inner_text())
        return found


def scan(page: Page) -> str:
    """Decode the one QR code on the screen."""
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot())))
    return found.text


def read_cents(text: str) -> int:
    """Read money as it is shown: a minus sign, the currency, the number."""
    number = int(re.sub(r"\D", "", text))
    return -number if MINUS in text else number


def find_owner(demo: dict[str, Any]) -> dict[str, str]:
    """Return the owner's sign-in."""
    owner: dict[str, str] = demo["merchants"][0]["owner"]
    return owner
