"""Shops, tills, people and sales for tests, made by the verbs the pages use."""

import functools
import itertools
import secrets
import uuid
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from argon2 import PasswordHasher
from django.contrib.auth.hashers import make_password
from django.db.models import Sum
from django.utils import timezone

from banking.ibans import read_iban
from console.set_up import NewOrganisation
from identity import pins
from identity.models import Tries, User
from identity.pins import set_pin
from identity.sign_in import start_session
from merchants.addresses import Address
from merchants.applications import Applicant, apply, confirm_address
from merchants.models import (
    Application,
    Export,
    ExportKind,
    Invitation,
    LegalForm,
    Licence,
    Merchant,
    MerchantBalance,
    PayoutAccount,
    Role,
    Settlement,
    StaffMember,
    Store,
)
from merchants.onboarding import hire, make_api_key, open_merchant, open_store
from merchants.payout_accounts import NewAccount, name_account
from merchants.settlement import close_settlement
from pos.charges import create_charge
from pos.counter_codes import NewCounterCode, create_counter_code
from pos.lines import line_of_item
from pos.models import Charge, CounterCode, Item, Refund, Terminal
from pos.openings import NewCharge
from pos.principals import Principal, act_for_terminal
from pos.refunds import NewRefund, refund_charge
from pos.terminals import add_terminal, issue_token
from wallet import identity_requests
from wallet.claims import claim_charge
from wallet.counter_payments import claim_counter_code
from wallet.identity_requests import Facts
from wallet.models import Claim, DocumentKind, IdentityRequest, Payment, Tier, Wallet
from wallet.payments import confirm_charge
from wallet.wallets import open_wallet, top_up

PIN = "739104"
ADDRESS = Address(
    street="Quay Street", building_number="3", postcode="D02 X285", town="Dublin", country="IE"
)
ORGANISATION = NewOrganisation(
    legal_name="Harbour Pay Ltd",
    legal_form=LegalForm.COMPANY,
    licence=Licence.LIMITED_NETWORK,
    address=ADDRESS,
    currency="EUR",
    time_zone="Europe/Dublin",
)
# Counted, because among the thousands of a run random ones would repeat.
_PHONES = itertools.count(2_000_000 + secrets.randbelow(5_000_000))


@dataclass(frozen=True, slots=True)
class Shop:
    """A merchant with one store and one till, and their secrets."""

    merchant: Merchant
    store: Store
    terminal: Terminal
    token: str
    key: str

    @property
    def till(self) -> Principal:
        """Return the till as a principal."""
        return act_for_terminal(self.terminal)


@dataclass(frozen=True, slots=True)
class Customer:
    """A person with a wallet, and its secret."""

    wallet: Wallet
    token: str
    pin: str = PIN


def open_shop(
    *, currency: str = "EUR", mdr_bps: int = 60, time_zone: str = "Europe/Dublin"
) -> Shop:
    """Open a merchant with a store and a till."""
    merchant = open_merchant(
        f"Shop {secrets.token_hex(3)}",
        country="IE",
        time_zone=time_zone,
        mdr_bps=mdr_bps,
        is_verified=True,
    )
    store = open_store(merchant, name=merchant.name, currency=currency, street="12 Quay Street")
    terminal = add_terminal(store, name="Till 1")
    return Shop(
        merchant, store, terminal, issue_token(terminal), make_api_key(merchant, label="t")
    )


def make_item(shop: Shop, *, name: str = "Flat white", price_minor: int = 380) -> Item:
    """Make an item that the shop sells."""
    return Item.objects.create(store=shop.store, name=name, price_minor=price_minor)


def hire_person(
    shop: Shop,
    *,
    role: str = Role.CASHIER,
    may_refund: bool = False,
    password: str = "",
    name: str = "Nora Byrne",
) -> StaffMember:
    """Hire somebody with a PIN, and a password if one is given."""
    user = User.objects.create(name=name, email=f"{secrets.token_hex(6)}@shop.test")
    if password:
        user.password = _hash_password(password)
        user.save(update_fields=["password"])
    _give_pin(user)
    member = hire(shop.merchant, user, role=role)
    member.may_refund = may_refund or member.may_refund
    member.save(update_fields=["may_refund"])
    return member


def add_cashier(shop: Shop, *, name: str = "Sam Doyle") -> StaffMember:
    """Add a cashier of the shop's store, who has a PIN and no sign-in of their own."""
    user = User.objects.create(name=name)
    _give_pin(user)
    return hire(shop.merchant, user, role=Role.CASHIER, store=shop.store)


def name_bank_account(merchant: Merchant, *, by: User | None = None) -> PayoutAccount:
    """Name a merchant's bank account for payouts; a second one is a change that waits."""
    return name_account(
        merchant,
        plan_bank_account(),
        account_id=uuid.uuid4(),
        by=by or User.objects.create(name=f"Owner {secrets.token_hex(3)}"),
    )


def plan_bank_account(*, holder: str = "Pier Foods Ltd", town: str = "Dublin") -> NewAccount:
    """Return an owner's wish to have payouts sent to an account."""
    return NewAccount(
        read=read_iban("IE29AIBK93115212345678", currency="EUR"),
        holder=holder,
        address=Address(
            street="Quay Street",
            building_number="3",
            postcode="D02 X285",
            town=town,
            country="IE",
        ),
    )


def invite(shop: Shop, *, email: str = "", role: str = Role.MANAGER) -> Invitation:
    """Invite somebody to work for the shop; no mail is sent."""
    return Invitation.objects.create(
        merchant=shop.merchant,
        store=shop.store,
        name="Mary Nolan",
        email=email or f"{secrets.token_hex(6)}@mail.test",
        role=role,
    )


def apply_as_shop(*, email: str = "", confirmed: bool = True) -> Application:
    """Keep the application of a shop, its address confirmed or not."""
    applicant = Applicant(
        shop_name=f"Pier {secrets.token_hex(3)}",
        legal_name="Pier Foods Ltd",
        legal_form=LegalForm.COMPANY,
        vat_number="IE6433435F",
        trade="5814",
        address=ADDRESS,
        time_zone="Europe/Dublin",
        contact_name="Mary Nolan",
        email=email or f"{secrets.token_hex(6)}@pier.test",
        phone="+353871234567",
    )
    application = apply(applicant, application_id=uuid.uuid4())
    if confirmed:
        confirm_address(application)
    return application


def count_tries(user: User) -> int:
    """Return the wrong tries counted for a person, at all places together."""
    counted = Tries.objects.filter(subject=user.pk).aggregate(sum=Sum("count"))
    return counted["sum"] or 0


def open_customer(
    *,
    balance_minor: int = 10_000,
    currency: str = "EUR",
    name: str = "Li Wei",
    tier: Tier = Tier.CHECKED,
) -> Customer:
    """Make a person with PIN, session and a filled wallet."""
    user = User.objects.create(
        name=name, email=f"{secrets.token_hex(6)}@mail.test", phone=f"+35387{next(_PHONES)}"
    )
    _give_pin(user)
    wallet = open_wallet(user, currency=currency, tier=tier)
    if balance_minor:
        top_up(wallet, amount_minor=balance_minor, reference="test money")
    return Customer(wallet, start_session(user, device_name="test phone"))


def plan_facts(**facts: Any) -> Facts:
    """Return who a customer says they are."""
    usual: dict[str, Any] = {
        "legal_name": "Li Wei",
        "born_on": date(1990, 4, 5),
        "address": ADDRESS,
        "document_kind": DocumentKind.PASSPORT,
        "document_tail": "7K4",
    }
    return Facts(**usual | facts)


def ask_for_tier(customer: Customer) -> IdentityRequest:
    """Ask for known limits, as the customer."""
    customer.wallet.tier = Tier.START
    return identity_requests.ask_for_tier(
        customer.wallet, plan_facts(), request_id=uuid.uuid4()
    )


def print_code(
    shop: Shop, *, at_till: bool = False, cap_minor: int | None = None
) -> CounterCode:
    """Make a counter code of the shop, or of its till."""
    new = plan_code(shop, at_till=at_till, cap_minor=cap_minor)
    return create_counter_code(shop.store, new, actor="test")


def plan_code(
    shop: Shop, *, at_till: bool = False, cap_minor: int | None = None
) -> NewCounterCode:
    """Return a shop's request for a counter code."""
    return NewCounterCode(
        place="Counter",
        terminal=shop.terminal if at_till else None,
        cap_minor=cap_minor,
        idempotency_key=str(uuid.uuid4()),
        request_hash=b"test",
    )


def claim_at(
    customer: Customer, code: CounterCode, *, amount_minor: int = 480, key: str | None = None
) -> Claim:
    """Claim an amount at a counter code, as the customer who typed it."""
    return claim_counter_code(
        customer.wallet,
        code,
        amount_minor=amount_minor,
        key=key or str(uuid.uuid4()),
        request_hash=b"test %d" % amount_minor,
    )


def make_charge(shop: Shop, *, amount_minor: int = 480, key: str | None = None) -> Charge:
    """Open a charge at the shop's till."""
    return create_charge(shop.till, plan_charge(shop, amount_minor=amount_minor, key=key))


def plan_charge(
    shop: Shop, *, amount_minor: int = 480, key: str | None = None, reference: str = ""
) -> NewCharge:
    """Return a till's request to charge an amount."""
    return NewCharge(
        amount_minor=amount_minor,
        currency=shop.store.currency,
        reference=reference,
        description="",
        lines=(),
        idempotency_key=key or str(uuid.uuid4()),
        request_hash=b"test",
    )


def claim(customer: Customer, charge: Charge) -> Claim:
    """Claim the charge, as the customer who scanned its code."""
    return claim_charge(customer.wallet, charge)


def confirm(
    customer: Customer, claimed: Claim, *, pin: str = PIN, key: str | None = None
) -> Payment:
    """Confirm as the customer, with the right PIN unless another is given."""
    return confirm_charge(
        customer.wallet,
        claimed.id,
        pin=pin,
        idempotency_key=key or str(uuid.uuid4()),
        request_hash=b"test",
    )


def sell(shop: Shop, customer: Customer, *, amount_minor: int = 480) -> Charge:
    """Make a whole sale, captured."""
    charge = make_charge(shop, amount_minor=amount_minor)
    return confirm(customer, claim(customer, charge)).charge


def sell_items(shop: Shop, customer: Customer, lines: list[tuple[Item, int]]) -> Charge:
    """Make a whole sale of items, captured."""
    return confirm(customer, claim(customer, open_items(shop, lines))).charge


def open_items(shop: Shop, lines: list[tuple[Item, int]]) -> Charge:
    """Open a charge of items at the shop's till."""
    new = replace(
        plan_charge(shop),
        amount_minor=None,
        lines=tuple(itertools.starmap(line_of_item, lines)),
    )
    return create_charge(shop.till, new)


def refund(
    shop: Shop,
    charge: Charge,
    *,
    amount_minor: int | None = None,
    reason: str = "",
    key: str | None = None,
    principal: Principal | None = None,
) -> Refund:
    """Refund some of a charge, or all that is left; usually at the shop's till."""
    new = NewRefund(
        amount_minor=amount_minor,
        reason=reason,
        idempotency_key=key or str(uuid.uuid4()),
        request_hash=b"test",
    )
    return refund_charge(charge.id, principal=principal or shop.till, new=new)


def ask_export(
    shop: Shop, *, store: Store | None = None, staff: StaffMember | None = None, **wish: Any
) -> Export:
    """Ask for a long file, as somebody of the shop or of one store."""
    staff = staff or hire_person(shop, role=Role.ACCOUNTANT)
    staff.store = store
    usual: dict[str, Any] = {"kind": ExportKind.PAYMENTS, "query": "", "layout": "program"}
    return Export.objects.create(
        merchant=shop.merchant, staff=staff, store=store, language="en", **usual | wish
    )


def balance_of(shop: Shop) -> MerchantBalance:
    """Return the merchant's balance in the currency of its store."""
    books = MerchantBalance.objects.select_related("merchant")
    return books.get(merchant=shop.merchant, currency=shop.store.currency)


def settle(shop: Shop) -> Settlement:
    """Close a settlement of the shop up to this moment."""
    return close_settlement(balance_of(shop).id, cut_at=timezone.now())


# Hashing is slow on purpose, so each word is hashed once a run. PINs cost next to nothing here
# (`tests/hashes.py`), except in the tests of what they cost.
_hash_password = functools.cache(make_password)
_pin_hashes: dict[PasswordHasher, str] = {}


def _give_pin(user: User) -> None:
    known = _pin_hashes.get(pins._hasher)
    if known:
        user.pin_hash = known
        user.save(update_fields=["pin_hash"])
    else:
        set_pin(user, PIN)
        _pin_hashes[pins._hasher] = user.pin_hash
