"""Makes the shops and wallets a benchmark uses, by the project's own verbs.

Run by the benchmark in a process of its own, with the stack's settings; writes the secrets
as JSON to the file it is given.
"""

import json
import sys
from pathlib import Path

import django

django.setup()

from identity.models import User  # noqa: E402  models exist once the settings are read
from identity.pins import set_pin  # noqa: E402
from identity.sign_in import start_session  # noqa: E402
from merchants.models import Role, Store  # noqa: E402
from merchants.onboarding import hire, open_merchant, open_store  # noqa: E402
from pos.terminals import (  # noqa: E402
    add_terminal,
    issue_token,
    offer_pairing,
    pair_terminal,
    unlock_till,
)
from wallet.models import Tier  # noqa: E402
from wallet.wallets import open_wallet, top_up  # noqa: E402

_MERCHANTS = 4
_STORES_EACH = 2
_TILLS_EACH = 4
_WALLETS = 256
_MONEY_MINOR = 100_000_000
_CURRENCY = "EUR"
_PIN = "246810"


def open_tills() -> list[str]:
    """Open merchants, stores and tills; return the tills' tokens, merchants taking turns."""
    tokens: list[list[str]] = []
    for number in range(_MERCHANTS):
        merchant = open_merchant(
            f"Merchant {number}", country="IE", time_zone="Europe/Dublin", mdr_bps=60
        )
        stores = [
            open_store(merchant, name=f"Store {number}.{place}", currency=_CURRENCY)
            for place in range(_STORES_EACH)
        ]
        tokens.append(
            [
                issue_token(add_terminal(store, name=f"Till {till}"))
                for till in range(_TILLS_EACH)
                for store in stores
            ]
        )
    return [token for turn in zip(*tokens, strict=True) for token in turn]


def open_counter(store: Store) -> str:
    """Pair a till of the store and unlock it; return the key that its browser keeps."""
    user = User.objects.create(name="Nora Byrne")
    set_pin(user, _PIN)
    cashier = hire(store.merchant, user, role=Role.CASHIER, store=store)
    terminal = add_terminal(store, name="Counter")
    key = pair_terminal(offer_pairing(terminal))
    unlock_till(terminal, cashier, pin=_PIN)
    return key


def open_filled_wallet(number: int) -> str:
    """Open a person's wallet with money; return the secret of their session."""
    user = User.objects.create(name=f"Payer {number}", phone=f"+35387{number:07}")
    wallet = open_wallet(user, currency=_CURRENCY, tier=Tier.CHECKED)
    top_up(wallet, amount_minor=_MONEY_MINOR, reference="bench")
    return start_session(user, device_name="bench")


if __name__ == "__main__":
    made = {
        "tills": open_tills(),
        "counters": [open_counter(Store.objects.order_by("id")[0])],
        "wallets": [open_filled_wallet(number) for number in range(_WALLETS)],
    }
    Path(sys.argv[1]).write_text(json.dumps(made))
