"""What is done with the code on a phone's screen: it is opened, read off, and scanned."""

import io
import re

import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.screens import Phone, Till

MY_CODE = "/wallet/my-code/"
# What a browser says of a connection that a test has cut.
CUT = "ERR_FAILED|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED"
READ_BALANCE = """
    SELECT account.balance_minor FROM ledger_account account
      JOIN wallet_wallet wallet ON wallet.account_id = account.id
      JOIN identity_user person ON person.id = wallet.user_id
     WHERE person.phone = %s
"""
# A wedge scanner is a keyboard that types a code within a moment, and Enter after it. The
# pauses are written on the keys: a busy machine would make others of them.
_SCAN = """(keys) => {
  let at = performance.now();
  for (const [key, pause] of keys) {
    const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    Object.defineProperty(event, "timeStamp", { value: at });
    (document.activeElement ?? document.body).dispatchEvent(event);
    at += pause;
  }
}"""


def open_code(phone: Phone) -> Phone:
    """Open the phone's code, and wait until it is in touch with the server."""
    phone.open(MY_CODE)
    expect(phone.page.locator("#left")).to_have_text(re.compile(r"Next code in \d:\d\d"))
    return phone


def read_screen(page: Page) -> dict[str, str]:
    """Read every code off the screen, as a scanner does."""
    picture = Image.open(io.BytesIO(page.screenshot()))
    return {found.format.name: found.text for found in zxingcpp.read_barcodes(picture)}


def read_digits(phone: Phone) -> str:
    """Read the digits below the bars."""
    return phone.page.locator("#digits").inner_text().replace(" ", "")


def scan(till: Till, code: str, *, pauses_ms: int = 10, first_ms: int | None = None) -> None:
    """Scan a code at the till with a scanner that types like a keyboard."""
    # The till listens to scanners a moment after it can sell.
    expect(till.page.locator("#sound")).to_have_text(re.compile("Sound o"))
    type_fast(till.page, code, pauses_ms=pauses_ms, first_ms=first_ms)


def type_fast(
    page: Page, code: str, *, pauses_ms: int = 10, first_ms: int | None = None
) -> None:
    """Type a code as such a scanner does, whether or not the page is ready for one."""
    keys = [[key, pauses_ms] for key in [*code, "Enter"]]
    keys[0][1] = first_ms or pauses_ms
    page.evaluate(_SCAN, keys)


def expect_kept(phone: Phone) -> None:
    """Wait until the phone could open the page without a connection."""
    phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
