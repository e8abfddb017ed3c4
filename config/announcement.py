"""What `make demo` shows once it is up: addresses, sign-ins and a code for the till."""

import io
import json
import sys
from typing import Any

import qrcode

_MERCHANTS_SHOWN = 3
_CUSTOMERS_SHOWN = 4


def describe_demo(facts: str, *, url: str) -> str:
    """Lay out the demo's addresses and sign-ins as a table, with the till's address as a QR.

    `facts` is the content of demo.json.
    """
    data = json.loads(facts)
    rows: list[tuple[str, str, str]] = [("", "", "")]
    for merchant in data["merchants"][:_MERCHANTS_SHOWN]:
        rows += _describe_merchant(merchant, url=url)
    rows += [
        (
            "Wallet",
            f"{url}/wallet/",
            f"{customer['name']}: {customer['phone']}, PIN {customer['pin']}",
        )
        for customer in data["customers"][:_CUSTOMERS_SHOWN]
    ]
    rows += [
        ("Mail", f"{url}/demo/mail/", "every receipt and report that was sent"),
        ("API", f"{url}/api/docs/", "tokens and keys: .tessera/demo.json"),
    ]
    return f"{_lay_out(rows)}\n\n{draw_code(f'{url}/till/')}  The till: {url}/till/\n"


def draw_code(text: str) -> str:
    """Draw a QR code with block characters; nothing where the terminal has none."""
    code = qrcode.QRCode(border=2)
    code.add_data(text)
    out = io.StringIO()
    code.print_ascii(out=out, invert=True)
    lines = out.getvalue().splitlines()
    try:
        "".join(lines).encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return ""
    if sys.stdout.isatty():
        # White on black whatever the terminal's theme is: many cameras read no inverted code.
        lines = [f"\x1b[38;5;255;48;5;232m{line}\x1b[0m" for line in lines]
    return "".join(f"  {line}\n" for line in lines)


def _describe_merchant(merchant: dict[str, Any], *, url: str) -> list[tuple[str, str, str]]:
    owner = merchant["owner"]
    rows = []
    for store in merchant["stores"]:
        cashiers = ", ".join(f"{who['name']} PIN {who['pin']}" for who in store["cashiers"])
        for terminal in store["terminals"]:
            code = terminal.get("pairing_code")
            signs = f"pairing code {code}; {cashiers}" if code else cashiers
            rows.append(
                ("Till", f"{url}/till/", f"{merchant['name']}, {terminal['name']}: {signs}")
            )
    rows.append(
        ("Dashboard", f"{url}/dashboard/", f"{owner['email']}, password {owner['password']}")
    )
    return rows


def _lay_out(rows: list[tuple[str, str, str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines, previous = [], ("", "")
    for kind, address, sign_in in rows:
        shown = (kind, address) if (kind, address) != previous else ("", "")
        previous = (kind, address)
        lines.append(f"  {shown[0]:<{widths[0]}}  {shown[1]:<{widths[1]}}  {sign_in}".rstrip())
    return "\n".join(lines)
