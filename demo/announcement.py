"""The announcement of `make demo`: addresses, sign-ins and a code for the till."""

import io
import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import qrcode

from servers.places import is_loopback

_CUSTOMERS_SHOWN = 4
_Row = tuple[str, str, str]


def describe_demo(facts: str, *, url: str, facts_path: Path) -> str:
    """Lay out the demo's addresses and sign-ins as a table.

    If other devices can reach it, its address follows as a QR code. `facts` is the content of
    demo.json at `facts_path`.
    """
    data = json.loads(facts)
    rows: list[_Row] = [("Start", f"{url}/", "the ways in, on one page")]
    for merchant in data["merchants"]:
        owner = merchant["owner"]
        sign_in = f"{owner['email']}, password {owner['password']}"
        rows += _describe_tills(merchant, pairing=data["pairing"], url=url)
        rows.append(("Dashboard", f"{url}/dashboard/", sign_in))
    rows += [
        ("Wallet", f"{url}/wallet/", f"{who['name']}: {who['phone']}, PIN {who['pin']}")
        for who in data["customers"][:_CUSTOMERS_SHOWN]
    ]
    if operator := data.get("operator"):
        sign_in = f"{operator['email']}, password {operator['password']}"
        rows.append(("Console", f"{url}/console/", sign_in))
        rows.append(("Console", f"{url}/console/", f"and the code at {url}/demo/code/"))
    rows += [
        ("Mail", f"{url}/demo/mail/", "every receipt, invitation and link that was sent"),
        ("Bank", f"{url}/demo/bank/", "send invented money, see what the bank has"),
        ("API", f"{url}/api/docs/", f"tokens and keys: {facts_path}"),
    ]
    table = f"\n{_lay_out(rows)}\n"
    if is_loopback(urlsplit(url).hostname or ""):
        return table
    return f"{table}\n{draw_code(f'{url}/')}  For a phone or a tablet in this network: {url}/\n"


def draw_code(text: str) -> str:
    """Draw a QR code with block characters; empty if the terminal has none."""
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
        # Fixed colors, whatever the terminal's theme is: many cameras read no inverted code.
        lines = [f"\x1b[38;5;255;48;5;232m{line}\x1b[0m" for line in lines]
    return "".join(f"  {line}\n" for line in lines)


def _describe_tills(
    merchant: dict[str, Any], *, pairing: dict[str, str], url: str
) -> list[_Row]:
    rows = []
    for store in merchant["stores"]:
        if pairing["terminal"] in {till["name"] for till in store["terminals"]}:
            where = f"{store['name']}, {pairing['terminal']}"
            rows.append(f"pairing code {pairing['code']} ({where}; more: Dashboard, Tills)")
        rows += [
            f"{who['name']}: PIN {who['pin']} ({store['name']})" for who in store["cashiers"]
        ]
    return [("Till", f"{url}/till/", row) for row in rows]


def _lay_out(rows: list[_Row]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines, previous = [], ("", "")
    for kind, address, sign_in in rows:
        shown = (kind, address) if (kind, address) != previous else ("", "")
        previous = (kind, address)
        lines.append(f"  {shown[0]:<{widths[0]}}  {shown[1]:<{widths[1]}}  {sign_in}".rstrip())
    return "\n".join(lines)
