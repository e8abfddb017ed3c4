"""Shops beside the demo's: one that sells in five currencies, and two that have nothing yet.

`open_shops` runs inside the stack, in its own `manage.py shell`.
"""

import json
from pathlib import Path
from typing import Any

from identity.models import User
from merchants.models import Merchant, Role, StaffMember, Store
from merchants.onboarding import hire, open_merchant, open_store
from pos.principals import act_at_till
from pos.refunds import NewRefund, refund_charge
from pos.terminals import add_terminal
from servers.stack import Stack
from tests import factories

PASSWORD = "many-moneys-2026"
# Each with a sum that fills its column.
SUMS = {"CLP": 987654321, "EUR": 123456, "IDR": 98765432100, "JPY": 987654321, "KWD": 9876543}
# Of the settlement in euro: a sale, its refund, and small sales.
LINES = 73


def ask_for_shops(stack: Stack, folder: Path) -> dict[str, Any]:
    """Open both shops in the stack and return the references of what is in them."""
    path = folder / "shops.json"
    code = f"from tests.browser.shops import open_shops; open_shops({str(path)!r})"
    # Nobody else may fill a wallet.
    stack.manage_as_owner("shell", "-v0", "-c", code)
    facts: dict[str, Any] = json.loads(path.read_text())
    return facts


def open_shops(path: str) -> None:
    """Open both shops and write down the first one's sale, refund and settlement in euro."""
    empty = open_merchant("Empty", country="IE", time_zone="Europe/Dublin")
    _hire(empty, Role.OWNER, "owner@empty.test")
    fresh = open_merchant("Fresh", country="IE", time_zone="Europe/Dublin")
    _hire(fresh, Role.OWNER, "owner@fresh.test")
    many = open_merchant("Many Moneys", country="IE", time_zone="Europe/Dublin", mdr_bps=60)
    people = {role: _hire(many, role, f"{role}@many.test") for role in Role.values}
    facts = {
        currency: _sell(many, currency, refunder=people[Role.MANAGER]) for currency in SUMS
    }
    shop = many.stores.get(name="Shop EUR")
    _hire(many, Role.MANAGER, "scoped@many.test", store=shop)
    Path(path).write_text(json.dumps(facts["EUR"]))


def _hire(
    merchant: Merchant, role: str, email: str, *, store: Store | None = None
) -> StaffMember:
    user = User.objects.create(name=f"Mary {role.title()}", email=email)
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return hire(merchant, user, role=role, store=store)


def _sell(merchant: Merchant, currency: str, *, refunder: StaffMember) -> dict[str, str]:
    minor = SUMS[currency]
    store = open_store(merchant, name=f"Shop {currency}", currency=currency)
    till = add_terminal(store, name=f"Till {currency}")
    shop = factories.Shop(merchant, store, till, token="", key="")
    payer = factories.open_customer(currency=currency, balance_minor=4 * minor)
    sold = factories.sell(shop, payer, amount_minor=minor)
    new = NewRefund(minor // 3, reason="Soup was cold", idempotency_key="1", request_hash=b"")
    back = refund_charge(sold.id, principal=act_at_till(till, refunder), new=new)
    if currency == "EUR":
        for _ in range(LINES - 2):
            factories.sell(shop, payer, amount_minor=1)
    settlement = factories.settle(shop)
    factories.sell(shop, payer, amount_minor=minor)
    return {
        "charge": sold.public_id,
        "code": sold.short_code_grouped,
        "refund": back.public_id,
        "settlement": settlement.public_id,
    }
