"""Take docs/images/sale.png: `make demo` in one terminal, this script in another."""  # noqa: INP001

import io
import json
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
FACTS = ROOT / ".tessera" / "demo.json"
PICTURE = ROOT / "docs" / "images" / "sale.png"
TILL: ViewportSize = {"width": 1180, "height": 820}
PHONE: ViewportSize = {"width": 390, "height": 820}
FRAME, GAP, RADIUS = "#7a827f", 40, 24


def main() -> None:
    """Ring up a sale, scan it, and put both screens side by side."""
    demo = json.loads(FACTS.read_text())
    shop, customer = demo["merchants"][0]["stores"][0], demo["customers"][0]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        till = open_window(browser, TILL, url=demo["base_url"])
        office = open_window(browser, TILL, url=demo["base_url"])
        code = make_pairing_code(
            office, demo["merchants"][0]["owner"], till=shop["terminals"][0]["name"]
        )
        pair(till, code, shop["cashiers"][0])
        link = ring_up(till)
        screens = [take(till)]
        phone = open_window(browser, PHONE, url=demo["base_url"])
        remember(phone, "tessera_wallet", customer["token"])
        phone.goto(link)
        screens.append(take(phone))
        browser.close()
    save(screens)


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


def take(page: Page) -> Image.Image:
    """Photograph the window, with rounded corners and a frame as a device has."""
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGBA")
    mask = Image.new("L", shot.size)
    box = (0, 0, shot.width - 1, shot.height - 1)
    ImageDraw.Draw(mask).rounded_rectangle(box, RADIUS, fill=255)
    shot.putalpha(mask)
    ImageDraw.Draw(shot).rounded_rectangle(box, RADIUS, outline=FRAME, width=3)
    return shot


def save(screens: list[Image.Image]) -> None:
    """Put the screens side by side, on nothing."""
    width = sum(screen.width for screen in screens) + GAP * (len(screens) - 1)
    picture = Image.new("RGBA", (width, max(screen.height for screen in screens)))
    left = 0
    for screen in screens:
        picture.alpha_composite(screen, (left, 0))
        left += screen.width + GAP
    PICTURE.parent.mkdir(exist_ok=True)
    picture.save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()
