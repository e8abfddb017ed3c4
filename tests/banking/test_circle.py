"""The books against a bank that misbehaves: each effect once, all the rest in the queue."""

import os
import uuid
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Sum

from banking import booking, dispatch, imports, inbox, reports
from banking.errors import NothingToSend
from banking.models import BankAccount, Break, Entry, Expectation, Order, OrderKind
from banking.orders import NewOrder, create_order
from banking.payees import Payee
from banking.references import draw_reference
from banking.runs import make_run, release_run
from demo.bank.bank import open_bank
from demo.bank.branch import OPERATOR_IBAN, OPERATOR_NAME, Settings, write_settings
from demo.bank.moods import Temper
from ledger.accounts import get_or_open_house_account
from ledger.chart import AccountKind
from ledger.errors import InsufficientFunds
from ledger.queries import sum_balance
from tests.banking.bank import list_broken, make_user
from tests.demo.conftest import Clock
from tests.demo.driver import CUSTOMERS, Driver, State
from tests.factories import open_customer

# `python -m tests.demo.long_run` asks for more of both.
STEPS = int(os.environ.get("TESSERA_BANK_STEPS", "300"))
SEEDS = [int(seed) for seed in os.environ.get("TESSERA_BANK_SEEDS", "0,1,2").split(",")]
MONEY_MINOR = 10_000
pytestmark = pytest.mark.django_db


class TesseraBooks:
    """Tessera as the driver knows it: by the verbs of pages and banker."""

    def __init__(self, bank):
        self.bank = bank
        self.account = BankAccount.objects.create(
            iban=OPERATOR_IBAN,
            bic="DEMOIE2D",
            holder=OPERATOR_NAME,
            town="Dublin",
            country="IE",
            currency="EUR",
        )
        self.maker, self.releaser = make_user(), make_user()
        self.wallets = [
            open_customer(name=f"Customer {number}", balance_minor=MONEY_MINOR).wallet
            for number in range(CUSTOMERS)
        ]
        self.suspense = get_or_open_house_account(AccountKind.SUSPENSE, currency="EUR")

    def announce(self, customer, amount_minor):
        made = Expectation.objects.create(
            reference=draw_reference(),
            credit_account_id=self.wallets[customer].account_id,
            currency="EUR",
            amount_minor=amount_minor,
        )
        return made.reference

    def redeem(self, customer, amount_minor, *, iban, name):
        payee = Payee(name=name, iban=iban)
        account_id = self.wallets[customer].account_id
        try:
            return self._order(OrderKind.REDEMPTION, account_id, amount_minor, payee)
        except InsufficientFunds:
            return ""

    def pay_out(self, amount_minor, *, iban, name):
        payee = Payee(name=name, iban=iban, town="Dublin", country="IE")
        return self._order(OrderKind.SEND_BACK, self.suspense, amount_minor, payee)

    def send_orders(self):
        try:
            run = make_run(self.account, by=self.maker, execute_on=self.bank.day)
        except NothingToSend:
            return
        release_run(run, by=self.releaser)
        dispatch.send_due_files()

    def read_files(self):
        dispatch.send_due_files()
        reports.read_unread()
        inbox.note_new_files()
        reports.read_unread()
        imports.read_waiting_files()
        booking.book_entries()
        # As a commit would: thousands of checks at the end of the test take too long.
        connection.check_constraints()

    def read_state(self):
        entries = Entry.objects.exclude(expectation=None)
        credited = entries.values_list("expectation__reference").annotate(Sum("amount_minor"))
        open_breaks = Break.objects.filter(decision="")
        return State(
            safeguard_minor=read_safeguard(),
            credited=dict(credited),
            orders={each.end_to_end_id: each.status for each in Order.objects.all()},
            breaks=list(open_breaks.values_list("amount_minor", flat=True)),
        )

    def _order(self, kind, account_id, amount_minor, payee):
        new = NewOrder(
            kind=kind,
            subject=uuid.uuid4(),
            source_account_id=account_id,
            currency="EUR",
            amount_minor=amount_minor,
            payee=payee,
            remittance="Tessera",
        )
        return create_order(new).end_to_end_id


def read_safeguard():
    account = get_or_open_house_account(AccountKind.SAFEGUARD, currency="EUR")
    return sum_balance(account)


@pytest.fixture
def folder(tmp_path, settings):
    """A bank's folder; what its account holds is what the books will say at the beginning."""
    opening = read_safeguard() + CUSTOMERS * MONEY_MINOR
    write_settings(tmp_path, Settings(opening_minor=opening))
    settings.BANK_INBOX = str(tmp_path / "inbox")
    settings.BANK_OUTBOX = str(tmp_path / "outbox")
    return Path(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_the_bank_does_each_effect_is_there_once(folder, seed):
    with open_bank(folder, choose=Temper(seed, rate=0.3), clock=Clock()) as bank:
        driver = Driver(bank, TesseraBooks(bank), seed=seed)
        driver.run(steps=STEPS)
        driver.settle()

        driver.compare()

    assert list_broken() == []
