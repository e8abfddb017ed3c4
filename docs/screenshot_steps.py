"""Steps of those who take pictures: sign in, sell, photograph, save."""  # noqa: INP001

import io
import re
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, ViewportSize

IMAGES = Path(__file__).resolve().parent / "images"
FRAME, GAP, RADIUS = "#7a827f", 40, 24
# Small pages and small files: text stays sharp with as many colours.
COLOURS = 128
WAITS_MAX = 30


def open_window(browser: Browser, size: ViewportSize, *, url: str) -> Page:
    """Open a window of a device of its own."""
    return browser.new_context(base_url=url, viewport=size, reduced_motion="reduce").new_page()


def remember(page: Page, name: str, value: str) -> None:
    """Sign the device in."""
    page.goto("/livez")
    page.context.add_cookies([{"name": name, "value": value, "url": page.url}])


def make_pairing_code(page: Page, owner: dict[str, str], *, till: str) -> str:
    """Sign in as the owner and make a pairing code for a till."""
    sign_in_owner(page, owner)
    page.goto("/dashboard/tills/")
    page.get_by_role("button", name=f"New code: {till}").click()
    return page.locator(".pair-code").inner_text()


def sign_in_owner(page: Page, owner: dict[str, str]) -> None:
    """Sign in to the dashboard."""
    page.goto("/dashboard/")
    page.get_by_label("E-mail").fill(owner["email"])
    page.get_by_label("Password").fill(owner["password"])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Overview").wait_for()


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
    return frame(Image.open(io.BytesIO(page.screenshot())))


def take_paper(page: Page, address: str, *, width: int) -> Image.Image:
    """Draw the first page of a PDF."""
    with pypdfium2.PdfDocument(page.request.get(address).body()) as document:
        scale = width / document[0].get_width()
        return frame(document[0].render(scale=scale).to_pil())


def frame(picture: Image.Image) -> Image.Image:
    """Return a picture with rounded corners and a frame."""
    shot = picture.convert("RGBA")
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
