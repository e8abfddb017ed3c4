"""What a real sale in two browsers costs the server: processor time, and requests.

    python bench/browser_sale.py            twenty sales
    python bench/browser_sale.py --quick    five, for trying

A cashier types an amount on the till's page. A customer opens the link in a new tab, as from
a camera, pays, goes on to the wallet's home when the receipt has its number, and the cashier
begins the next sale. Chromium's own cost is not counted; pgbench's TPC-B on the same PostgreSQL
is the yardstick.
"""

import collections
import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Request,
    expect,
    sync_playwright,
)

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from checkout import NO_PIN, find_port, make_shops  # noqa: E402  the path comes first
from cpu import read_cpu  # noqa: E402
from reference import Reference  # noqa: E402
from rounds import FOLDER, forget_last, say  # noqa: E402

from servers.stack import Stack  # noqa: E402

_CHROMIUM = "/usr/bin/chromium"
_IDLE_S = 6
_TPCB_S = 5
# Until every connection of the server has planned its statements.
_WARM_UP = 12
# References and tokens: the same request by another sale counts as the same.
_NAMES = re.compile(r"(?<=P/)[^/]+|ch_\w+")

Costs = dict[str, float]


def open_device(browser: Browser, stack: Stack, *, cookie: str, key: str) -> BrowserContext:
    """Open a browser that has this cookie."""
    context = browser.new_context(base_url=stack.url, locale="en-IE")
    context.add_cookies([{"name": cookie, "value": key, "url": stack.url}])
    return context


def sell(till: Page, device: BrowserContext) -> None:
    """Make one sale, from the keypad back to the keypad."""
    with till.expect_response("**/api/v1/charges") as made:
        for digit in "480":
            till.get_by_role("button", name=digit, exact=True).click()
        till.locator("#charge").click()
    expect(till.locator("#card")).not_to_have_class(re.compile(r"\bskeleton\b"))
    phone = device.new_page()
    phone.goto(made.value.json()["link"])
    expect(till.locator("#chip")).to_contain_text("is checking")
    phone.locator("#pay-button").click()
    expect(phone.locator("#main")).to_have_attribute("data-state", "paid")
    expect(till.locator("#result-title")).to_have_text("Paid")
    expect(till.locator("#receipt-number")).to_be_visible()
    phone.get_by_role("link", name="Done").click()
    expect(phone.locator("#main")).to_have_attribute("data-state", "home")
    phone.close()
    till.get_by_role("button", name="New sale").click()


@contextmanager
def counting(
    device: BrowserContext, name: str, counts: collections.Counter[str]
) -> Iterator[None]:
    """Count what a browser asks for during the block, but for files, which it keeps."""

    def count(request: Request) -> None:
        path = request.url.partition("://")[2].partition("/")[2]
        if not path.startswith("static/"):
            counts[f"{name} {request.method} /{_NAMES.sub('…', path)}"] += 1

    device.on("request", count)
    yield
    device.remove_listener("request", count)


def spend(stack: Stack) -> Costs:
    """Return the milliseconds of processor time each process of the server has used."""
    used = read_cpu(stack.state.path, stack.processes)
    return {name: 1000 * seconds for name, seconds in used.items()}


def measure_idle(stack: Stack) -> Costs:
    """Return what a second costs in which nobody does anything, the till open."""
    before = spend(stack)
    time.sleep(_IDLE_S)
    return {name: (now - before[name]) / _IDLE_S for name, now in spend(stack).items()}


def measure_tpcb(stack: Stack) -> float:
    """Return the milliseconds of one TPC-B transaction, PostgreSQL's and pgbench's."""
    reference = Reference(stack.servers)
    reference.prepare()
    before = spend(stack)
    count = reference.measure(_TPCB_S) * _TPCB_S
    after = spend(stack)
    return sum(after[name] - before[name] for name in ("postgres", "load")) / count


def measure_sales(stack: Stack, browser: Browser, sales: int) -> tuple[Costs, Costs]:
    """Return what a sale costs each process beyond idling, and how often it asks for what."""
    secrets = make_shops(stack)
    counter = open_device(browser, stack, cookie="tessera_till", key=secrets["counters"][0])
    phone = open_device(browser, stack, cookie="tessera_wallet", key=secrets["wallets"][0])
    till = counter.new_page()
    till.goto("/till/")
    for _ in range(_WARM_UP):
        sell(till, phone)
    idle = measure_idle(stack)
    counts: collections.Counter[str] = collections.Counter()
    with counting(counter, "till ", counts), counting(phone, "phone", counts):
        before, began = spend(stack), time.monotonic()
        for _ in range(sales):
            sell(till, phone)
        took_s, after = time.monotonic() - began, spend(stack)
    costs = {
        name: (after[name] - before[name] - idle[name] * took_s) / sales
        for name in stack.processes
    }
    return costs, {name: count / sales for name, count in counts.items()}


def main(sales: int) -> None:
    """Measure, and print milliseconds and requests a sale."""
    forget_last()
    flags = ["--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with (
        Stack(FOLDER, port=find_port(), environment=NO_PIN) as stack,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=flags)
        costs, counts = measure_sales(stack, browser, sales)
        browser.close()
        tpcb_ms = measure_tpcb(stack)
        stack.manage("check_books")
    for name, count in sorted(counts.items()):
        say(f"  {count:5.2f} {name}")
    for name, ms in costs.items():
        say(f"  {ms:5.1f} ms {name}")
    total_ms = sum(costs.values())
    print(
        f"browser_sale_cpu {total_ms:6.1f} ms {sum(counts.values()):5.1f} requests"
        f" {tpcb_ms / total_ms:.4f} x TPC-B ({tpcb_ms:.2f} ms)"
    )


if __name__ == "__main__":
    main(5 if "--quick" in sys.argv else 20)
