"""A bank account, orders and entries for tests, made by the verbs that the pages use."""

import itertools
import uuid
from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone

from banking.dispatch import send_due_files
from banking.invariants import INVARIANTS
from banking.models import (
    BankAccount,
    BankFile,
    Entry,
    Order,
    OrderKind,
    PaymentFile,
    SafeguardReport,
    Statement,
)
from banking.order_invariants import INVARIANTS as ORDERS
from banking.orders import NewOrder, create_order
from banking.payees import Payee
from banking.runs import hand_over, make_run, release_run
from banking.safeguard_reports import make_report
from banking.safeguarding import check_safeguarding
from identity.models import User
from ledger.accounts import get_or_open_house_account
from ledger.chart import AccountKind
from ledger.invariants.runner import prove

DAY = date(2026, 11, 30)
# Never over: a run that is released late is paid on the day of its release.
PAY_ON = date(2999, 1, 4)
IBAN = "DE89370400440532013000"
_NUMBERS = itertools.count(1)
PAYEE = Payee(name="Pier Foods Ltd", iban="IE29AIBK93115212345678", town="Dublin", country="IE")


def find_account(currency: str = "EUR") -> BankAccount:
    """Return the operator's account in a currency."""
    account, _ = BankAccount.objects.get_or_create(
        currency=currency,
        is_in_use=True,
        defaults={
            "iban": f"{IBAN[:-2]}{len(BankAccount.objects.all()):02}",
            "bic": "COBADEFFXXX",
            "holder": "Tessera Geld GmbH",
            "town": "Köln",
            "country": "DE",
        },
    )
    return account


def report(currency: str = "EUR") -> SafeguardReport:
    """Make a signed report of safeguarding, as of this moment."""
    find_account(currency)
    return make_report(check_safeguarding(currency), until=timezone.now())


def make_user(name: str = "") -> User:
    """Make a person of a name of their own."""
    return User.objects.create(name=name or f"Operator {uuid.uuid4().hex[:8]}")


def plan(amount_minor: int = 1000, **facts) -> NewOrder:
    """Return a wish to send money back, which needs nothing but suspense."""
    currency = facts.pop("currency", "EUR")
    usual: dict[str, Any] = {
        "kind": OrderKind.SEND_BACK,
        "subject": uuid.uuid4(),
        "source_account_id": get_or_open_house_account(AccountKind.SUSPENSE, currency=currency),
        "payee": PAYEE,
        "remittance": "Money back",
    }
    return NewOrder(**usual | facts, currency=currency, amount_minor=amount_minor)


def make_order(amount_minor: int = 1000, **facts) -> Order:
    """Make a pending order."""
    return create_order(plan(amount_minor, **facts))


def redeem(customer, amount_minor: int = 1000) -> Order:
    """Make the order of a redemption."""
    return make_order(
        amount_minor,
        kind=OrderKind.REDEMPTION,
        source_account_id=customer.wallet.account_id,
        payee=Payee(name=customer.wallet.user.name, iban=IBAN),
    )


def release(currency: str = "EUR") -> PaymentFile:
    """Gather what waits in a run, and release it by a second person."""
    file = make_run(find_account(currency), by=make_user(), execute_on=PAY_ON)
    release_run(file, by=make_user())
    return file


def draft(currency: str = "EUR") -> PaymentFile:
    """Gather what waits in a run that nobody has released."""
    return make_run(find_account(currency), by=make_user(), execute_on=PAY_ON)


def send(currency: str = "EUR") -> PaymentFile:
    """Send all that waits to the bank."""
    file = release(currency)
    hand_over(file, by=make_user())
    send_due_files()
    file.refresh_from_db()
    return file


def make_sent_order(amount_minor: int = 1000, **facts) -> Order:
    """Make an order that is on its way."""
    order = make_order(amount_minor, **facts)
    send(order.currency)
    order.refresh_from_db()
    return order


def enter(order: Order, amount_minor: int, *, reason_code: str = "") -> Entry:
    """Return an entry of a statement about an order."""
    number = next(_NUMBERS)
    account = find_account(order.currency)
    file = BankFile.objects.create(name="test.xml", sha256=uuid.uuid4().hex, size=1)
    statement = Statement.objects.create(
        account=account, format="camt.053", file=file, place=number, entries_count=1
    )
    return Entry.objects.create(
        account=account,
        statement=statement,
        fingerprint=uuid.uuid4().hex,
        amount_minor=amount_minor,
        currency=order.currency,
        booked_on=DAY,
        end_to_end_id=order.end_to_end_id,
        reason_code=reason_code,
        order=order,
    )


def list_broken() -> list[str]:
    """Return what the invariants of banking find broken."""
    with connection.cursor() as cursor:
        verdicts = [prove(each, cursor=cursor) for each in (*INVARIANTS, *ORDERS)]
    return [str(verdict) for verdict in verdicts if verdict.offending]
