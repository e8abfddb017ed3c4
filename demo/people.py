"""The demo's shop, people and past week: invented, and marked as such.

Everything is made by the verbs that the pages use; only then the past week is dated back. The
ledger's own times stay true.
"""

import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from banking.models import BankAccount
from console.set_up import NewOperator, NewOrganisation, read_code, set_up
from demo.bank.accounts import BIC
from demo.customers import BANK, CUSTOMERS, MONEY_MINOR
from identity.factors import keep_app
from identity.models import User
from identity.pins import set_pin
from identity.sign_in import start_session
from merchants.addresses import Address
from merchants.models import LegalForm, Licence, Merchant, MerchantBalance, Role, Store
from merchants.onboarding import hire, make_api_key, open_merchant, open_store
from merchants.queries import find_last_midnight
from merchants.settlement import close_settlement
from pos.charges import create_charge
from pos.counter_codes import NewCounterCode, create_counter_code, write_counter_link
from pos.desk import acknowledge_payment
from pos.lines import line_of_item
from pos.models import CounterCode, Item, Terminal
from pos.openings import NewCharge
from pos.principals import Principal, act_at_till
from pos.receipts import issue_receipts
from pos.refunds import NewRefund, refund_charge
from pos.terminals import add_terminal, issue_token, offer_pairing
from relay.events import list_events
from wallet.claims import claim_charge
from wallet.limits import needs_pin
from wallet.models import Tier, Wallet
from wallet.payments import confirm_charge
from wallet.wallets import open_wallet, top_up

CURRENCY = "EUR"
_OWNER_EMAIL = "owner@harbour-corner.example"
_OPERATOR_EMAIL = "operator@harbour.example"
_OWNER_PASSWORD = "demo-harbour-2026"  # noqa: S105  a marked demo value, printed by the demo
_ORGANISATION = NewOrganisation(
    legal_name="Harbour Pay Ltd",
    legal_form=LegalForm.COMPANY,
    licence=Licence.LIMITED_NETWORK,
    address=Address(
        street="Custom House Quay",
        building_number="1",
        postcode="D01 K2P4",
        town="Dublin",
        country="IE",
    ),
    currency=CURRENCY,
    time_zone="Europe/Dublin",
)
_OPERATOR = NewOperator(name="Aoife Kelly", email=_OPERATOR_EMAIL, password=_OWNER_PASSWORD)
# The second factor of the demo's operator; `/demo/code/` shows its code.
OPERATOR_APP_SECRET = "DEMODEMODEMODEMODEMODEMODEMODEMO"  # noqa: S105  a marked demo value
_STORES = {
    "Harbour Corner": (
        "12 Quay Street",
        "Dublin",
        ["Till 1", "Till 2"],
        ("Nora Byrne", "246810"),
    ),
    "Harbour Kiosk": ("Pier 3", "Dublin", ["Kiosk till"], ("Sam Doyle", "135790")),
}
# Of the numbers that GS1 leaves to shops for their own use.
_BARCODES = {"Brown bread": "02000000001012"}
_ITEMS = {
    "Flat white": 380,
    "Espresso": 280,
    "Pot of tea": 320,
    "Porridge with berries": 690,
    "Soup of the day": 750,
    "Steamed sea bass": 2890,
    "Brown bread": 240,
    "Apple tart": 520,
}
_DAYS = 7
_SALES_A_DAY = 9
_OF_SALE = [
    ("pos_charge", "id", "created_at expires_at claimed_at lease_until captured_at"),
    ("merchants_settlementline", "id", "at"),
    ("wallet_payment", "charge_id", "confirmed_at"),
    ("pos_receipt", "charge_id", "issued_at"),
    ("relay_event", "subject", "happened_at"),
]
_OF_REFUND = [
    ("pos_refund", "id", "created_at"),
    ("merchants_settlementline", "id", "at"),
]
_OF_EVENT = [("relay_event", "id", "happened_at")]


@dataclass(frozen=True, slots=True)
class Customer:
    """A demo customer's wallet and PIN."""

    wallet: Wallet
    pin: str


def make_demo() -> dict[str, Any]:
    """Make the demo from nothing; return the facts that people and scripts need to use it."""
    merchant = open_merchant(
        "Harbour Corner",
        country="IE",
        time_zone="Europe/Dublin",
        mdr_bps=60,
        is_verified=True,
    )
    owner = User.objects.create(name="Grace Murphy", email=_OWNER_EMAIL)
    owner.set_password(_OWNER_PASSWORD)
    owner.save(update_fields=["password"])
    set_pin(owner, "112233")
    hire(merchant, owner, role=Role.OWNER)
    operator_id = set_up(read_code(), _ORGANISATION, _OPERATOR, device="demo")
    keep_app(User.objects.get(pk=operator_id), OPERATOR_APP_SECRET)
    BankAccount.objects.create(
        iban=BANK.iban,
        bic=BIC,
        holder=BANK.name,
        street="Quay Street",
        building_number="1",
        postcode="D02 XY45",
        town="Dublin",
        country="IE",
        currency=CURRENCY,
    )
    stores = [_make_store(merchant, name) for name in _STORES]
    customers = [
        _make_customer(name, phone=phone, email=email, pin=pin)
        for name, phone, email, pin in CUSTOMERS
    ]
    _make_past(merchant, [Customer(wallet, facts["pin"]) for wallet, facts in customers])
    for wallet, facts in customers:
        # The address is set only now, so that past receipts are not mailed.
        User.objects.filter(pk=wallet.user_id).update(email=facts["email"])
    return {
        "currency": CURRENCY,
        "operator": {
            "email": _OPERATOR_EMAIL,
            "password": _OWNER_PASSWORD,
            "app_secret": OPERATOR_APP_SECRET,
        },
        "merchants": [
            {
                "id": merchant.public_id,
                "name": merchant.name,
                "secret_key": make_api_key(merchant, label="Demo"),
                "owner": {"email": _OWNER_EMAIL, "password": _OWNER_PASSWORD},
                "stores": stores,
            }
        ],
        "customers": [facts for _, facts in customers],
    }


def offer_demo_pairing() -> tuple[str, str]:
    """Make a fresh pairing code for the first till; return the till's name and the code."""
    terminal = Terminal.objects.order_by("id")[0]
    return terminal.name, offer_pairing(terminal)


def _make_store(merchant: Merchant, name: str) -> dict[str, Any]:
    street, city, tills, (cashier_name, pin) = _STORES[name]
    store = open_store(merchant, name=name, currency=CURRENCY, street=street, city=city)
    cashier = User.objects.create(name=cashier_name)
    set_pin(cashier, pin)
    member = hire(merchant, cashier, role=Role.CASHIER, store=store)
    member.may_refund = True
    member.save(update_fields=["may_refund"])
    Item.objects.bulk_create(
        Item(store=store, name=item, price_minor=price, barcode=_BARCODES.get(item, ""))
        for item, price in _ITEMS.items()
    )
    terminals = [add_terminal(store, name=till) for till in tills]
    code = _print_code(store)
    return {
        "id": store.public_id,
        "name": store.name,
        "cashiers": [{"name": cashier_name, "pin": pin}],
        "terminals": [
            {"id": till.public_id, "name": till.name, "token": issue_token(till)}
            for till in terminals
        ],
        "counter_codes": [
            {
                "id": code.public_id,
                "place": code.place,
                "short_code": code.short_code,
                "link": write_counter_link(code),
            }
        ],
    }


def _print_code(store: Store) -> CounterCode:
    new = NewCounterCode(
        place="Front counter",
        terminal=None,
        cap_minor=None,
        idempotency_key="demo",
        request_hash=b"demo",
    )
    return create_counter_code(store, new, actor="demo")


def _make_customer(
    name: str, *, phone: str, email: str, pin: str
) -> tuple[Wallet, dict[str, str]]:
    user = User.objects.create(name=name, phone=phone)
    set_pin(user, pin)
    wallet = open_wallet(user, currency=CURRENCY, tier=Tier.KNOWN)
    top_up(wallet, amount_minor=MONEY_MINOR, reference="demo money")
    token = start_session(user, device_name="Demo")
    return wallet, {
        "id": wallet.public_id,
        "name": name,
        "phone": phone,
        "email": email,
        "pin": pin,
        "token": token,
    }


def _make_past(merchant: Merchant, customers: list[Customer]) -> None:
    chance = random.Random(2026)  # noqa: S311  the demo looks the same everywhere
    balance = MerchantBalance.objects.get(merchant=merchant, currency=CURRENCY)
    today = find_last_midnight(merchant.time_zone, now=timezone.now())
    MerchantBalance.objects.filter(pk=balance.pk).update(
        settled_until=today - timedelta(days=_DAYS)
    )
    terminals = list(
        Terminal.objects.filter(store__merchant=merchant).select_related("store__merchant")
    )
    cashiers = {each.store_id: each for each in merchant.staff.filter(role=Role.CASHIER)}
    for day in range(_DAYS, 0, -1):
        opens_at = today - timedelta(days=day) + timedelta(hours=8)
        # Sorted, because lists show rows in the order of their creation.
        for minutes in sorted(chance.randrange(600) for _ in range(_SALES_A_DAY)):
            sold_at = opens_at + timedelta(minutes=minutes)
            terminal = chance.choice(terminals)
            principal = act_at_till(terminal, cashiers[terminal.store_id])
            _sell(principal, chance.choice(customers), chance=chance, sold_at=sold_at)
        close_settlement(balance.pk, cut_at=today - timedelta(days=day - 1))


def _sell(
    principal: Principal, customer: Customer, *, chance: random.Random, sold_at: datetime
) -> None:
    item = chance.choice(list(Item.objects.filter(store=principal.store).order_by("name")))
    new = NewCharge(
        amount_minor=None,
        currency=CURRENCY,
        reference="",
        description=item.name,
        lines=(line_of_item(item, chance.choice([1, 1, 2])),),
        idempotency_key=str(uuid.uuid4()),
        request_hash=b"demo",
    )
    charge = create_charge(principal, new)
    customer.wallet.refresh_from_db(fields=["no_pin_minor", "no_pin_count"])
    claim = claim_charge(customer.wallet, charge)
    confirm_charge(
        customer.wallet,
        claim.id,
        # A PIN takes longer to check than all the rest of a sale.
        pin=customer.pin if needs_pin(claim.wallet, charge.amount_minor) else "",
        idempotency_key=claim.public_id,
        request_hash=b"demo",
    )
    issue_receipts([charge.id])
    acknowledge_payment(principal, charge.public_id)
    _date_back(_OF_SALE, charge.id, to=sold_at)
    if chance.random() < 0.08:
        new_refund = NewRefund(
            amount_minor=item.price_minor,
            reason="Order mixed up",
            idempotency_key="demo",
            request_hash=b"demo",
        )
        refund = refund_charge(charge.id, principal=principal, new=new_refund)
        refunded_at = sold_at + timedelta(minutes=chance.randrange(3, 30))
        _date_back(_OF_REFUND, refund.id, to=refunded_at)
        _date_back(_OF_EVENT, list_events(charge.id)[-1].id, to=refunded_at)


def _date_back(rows: list[tuple[str, str, str]], identifier: UUID, *, to: datetime) -> None:
    by_s = (timezone.now() - to).total_seconds()
    with transaction.atomic(), connection.cursor() as cursor:
        for table, key, columns in rows:
            changes = ", ".join(
                f"{column} = {column} - make_interval(secs => {by_s:f})"
                for column in columns.split()
            )
            sql = f"UPDATE {table} SET {changes} WHERE {key} = %s"  # noqa: S608  names from above
            cursor.execute(sql, [identifier])
