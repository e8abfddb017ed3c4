"""Shops in five currencies, of 0, 2 and 3 decimals, each with a till, an item and a payer.

Run by the stack's own manage.py, so that everything is made by the same verbs as any shop.
"""

import json
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import StorageState

from identity.bearer import digest_secret
from servers.stack import Stack
from tests.browser.windows import remember

CURRENCIES = ["CLP", "EUR", "IDR", "JPY", "KWD"]
_MAKE = """
import json, uuid
from pathlib import Path
from django.utils import timezone
from identity.models import User
from identity.pins import set_pin
from identity.sign_in import start_session
from merchants.models import Role
from merchants.onboarding import hire, open_merchant, open_store
from pos.models import Item, TerminalToken
from pos.counter_codes import NewCounterCode, create_counter_code, write_counter_link
from pos.terminals import add_terminal, issue_token, offer_pairing, pair_terminal
from wallet.models import Tier
from wallet.wallets import open_wallet, top_up

merchant = open_merchant("Many Moneys", country="IE", time_zone="Europe/Dublin", mdr_bps=60)
owner = User.objects.create(name="Owner Many", email="many@mail.example")
set_pin(owner, "112244")
cashier = hire(merchant, owner, role=Role.OWNER)
made = {}
for number, currency in enumerate(CURRENCIES):
    store = open_store(merchant, name=f"Shop {currency}", currency=currency)
    till = add_terminal(store, name=f"Till {currency}")
    cake = Item.objects.create(store=store, name="Cake", price_minor=1234)
    device = pair_terminal(offer_pairing(till))
    TerminalToken.objects.filter(terminal=till, is_device=True).update(
        unlocked_at=timezone.now(), cashier=cashier)
    payer = User.objects.create(name=f"Payer {currency}", phone=f"+35387300000{number}")
    set_pin(payer, "123456")
    wallet = open_wallet(payer, currency=currency, tier=Tier.CHECKED)
    top_up(wallet, amount_minor=9_000_000_000, reference="tests")
    code = create_counter_code(store, NewCounterCode(
        place="Counter", terminal=None, cap_minor=None,
        idempotency_key=str(uuid.uuid4()), request_hash=b""), actor="tests")
    made[currency] = {
        "device": device, "token": issue_token(till), "store": store.public_id,
        "item": cake.public_id, "code": write_counter_link(code),
        "wallet": start_session(payer, device_name="tests"),
    }
Path(OUT).write_text(json.dumps(made))
"""

_LET_IN = """
    UPDATE pos_terminaltoken token
       SET unlocked_at = now(), digest = %s, previous_digest = NULL, cashier_id = staff.id
      FROM pos_terminal till
      JOIN merchants_store store ON store.id = till.store_id
      JOIN merchants_staffmember staff ON staff.merchant_id = store.merchant_id
     WHERE till.id = token.terminal_id AND till.name = %s
       AND token.is_device AND token.revoked_at IS NULL
"""


@dataclass(frozen=True)
class MoneyShop:
    """A shop in one currency: its secrets, and its counter code's address."""

    currency: str
    device: str
    token: str
    store: str
    item: str
    code: str
    wallet: str


def open_shops(stack: Stack) -> dict[str, MoneyShop]:
    """Open the five shops; once for a stack."""
    facts = stack.state.path / "moneys.json"
    if not facts.exists():
        code = _MAKE.replace("OUT", repr(str(facts))).replace("CURRENCIES", repr(CURRENCIES))
        stack.manage_as_owner("shell", "-c", code)
    made: dict[str, Any] = json.loads(facts.read_text())
    return {currency: MoneyShop(currency=currency, **shop) for currency, shop in made.items()}


def open_charge(stack: Stack, shop: MoneyShop, amount_minor: int) -> dict[str, Any]:
    """Open a charge at the shop's till, by its token."""
    amount = {"amount_minor": amount_minor, "currency": shop.currency}
    charge: dict[str, Any] = _post(stack, "charges", {"amount": amount}, shop.token)
    return charge


def remember_till(sql: Callable[..., Any], stack: Stack, shop: MoneyShop) -> StorageState:
    """Return the storage of the shop's unlocked tablet, also after a test that locked it."""
    sql(_LET_IN, digest_secret(shop.device), f"Till {shop.currency}")
    return remember(stack.url, "tessera_till", shop.device)


def sell(stack: Stack, shop: MoneyShop, amount_minor: int) -> None:
    """Sell for this amount, and pay it."""
    charge = open_charge(stack, shop, amount_minor)
    claim = _post(stack, "wallet/claims", {"payload": charge["link"]}, shop.wallet)
    pin = {"pin": "123456"} if claim["needs"] else {}
    _post(stack, "wallet/payments", {"claim": claim["id"], **pin}, shop.wallet)


def _post(stack: Stack, path: str, body: dict[str, Any], secret: str) -> Any:
    headers = {
        "Authorization": f"Bearer {secret}",
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid.uuid4()),
    }
    request = urllib.request.Request(  # noqa: S310  our own stack on loopback
        f"{stack.url}/api/v1/{path}", json.dumps(body).encode(), headers
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310  our own stack on loopback
        return json.load(answer)
