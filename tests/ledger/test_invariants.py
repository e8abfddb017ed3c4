"""Every kind of damage to the books is found, and its row is named.

The damage is done as the tables' owner could: triggers off, constraints gone; the test's
transaction takes it back.
"""

import uuid

import pytest
from django.db import connection

from servers.embedded import APPLICATION_ROLE
from tests import factories
from tests.broken import find_broken
from tests.owners import as_owner
from wallet.models import Payment

pytestmark = pytest.mark.django_db
FREE = """
    SET CONSTRAINTS ALL IMMEDIATE;
    ALTER TABLE ledger_transfer DISABLE TRIGGER ledger_transfer_append_only;
    ALTER TABLE ledger_transfer DROP CONSTRAINT ledger_transfer_amount_positive;
    ALTER TABLE ledger_account DISABLE TRIGGER ledger_account_stays;
    ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_not_negative;
    ALTER TABLE pos_charge DROP CONSTRAINT pos_charge_refunds_within_capture;
    ALTER TABLE merchants_settlement DROP CONSTRAINT merchants_settlement_adds_up;
    ALTER TABLE wallet_payment DROP CONSTRAINT wallet_payment_charge_id_key;
"""
DURABLE = "what is acknowledged is on disk: no setting lets PostgreSQL forget it"
TRIGGER = "the triggers that refuse changes are in force"
SHAPE = "every transfer moves a positive amount"
NOT_NEGATIVE = "no customer account is below zero"
SUMS = "is the sum of its account's transfers"
SAFEGUARDED = "equals the safeguarded funds"
CAPTURED = "every captured charge has one transfer"
CAPTURES = "every capture in the ledger belongs"
REFUNDS = "refunds never exceed the capture"
LINES = "every captured charge is on exactly one settlement line"
REFUND_LINES = "every refund to a wallet is on exactly one settlement line"
FACTS = "every settlement line is of"
REFUNDED = "every refund in the ledger belongs"
EVENTS = "has the event that says so"
PAYMENT = "every captured charge has one payment"
PAYMENTS = "every payment is of a captured charge"
ADDS_UP = "every settlement is the sum of its lines"
CARRIED = "every settlement opens with"
OWED = "what the ledger owes a merchant"
TAKINGS = "a store's takings account holds exactly"
FORGE = """
    INSERT INTO ledger_transfer (id, debit_account_id, credit_account_id, amount_minor,
                                 currency, kind, reference)
    VALUES ('{{nobody}}', '{{{}}}', '{{{}}}', 5, 'EUR', '{}', 'x')
"""
SETTLEMENT = "UPDATE merchants_settlement SET {} WHERE id = '{{settlement}}'"
TRANSFER = "UPDATE ledger_transfer SET {} WHERE id = '{{charge}}'"
PAYING = "UPDATE wallet_payment SET {} WHERE charge_id = '{{charge}}'"
DAMAGE = {
    "an amount": (TRANSFER.format("amount_minor = 999"), {CAPTURED: "charge", SUMS: "account"}),
    "an amount below zero": (TRANSFER.format("amount_minor = -1"), {SHAPE: "charge"}),
    "a currency": (TRANSFER.format("currency = 'USD'"), {SHAPE: "charge"}),
    "a payer": (TRANSFER.format("debit_account_id = '{other}'"), {CAPTURED: "charge"}),
    "a payee": (TRANSFER.format("credit_account_id = '{payable}'"), {CAPTURED: "charge"}),
    "an account that is not there": (
        TRANSFER.format("credit_account_id = '{nobody}'"),
        {SHAPE: "charge"},
    ),
    "a kind": (TRANSFER.format("kind = 'top_up'"), {CAPTURED: "charge"}),
    "a capture to another kind of account": (
        TRANSFER.format("credit_account_id = '{payable}'"),
        {SHAPE: "charge"},
    ),
    "an account of another kind that grows by the same side": (
        "UPDATE ledger_account SET kind = 'payable' WHERE id = '{takings}'",
        {SHAPE: None},
    ),
    "an account of another currency": (
        "UPDATE ledger_account SET currency = 'USD' WHERE id = '{account}'",
        {SHAPE: None},
    ),
    "a transfer is gone": (
        "DELETE FROM ledger_transfer WHERE id = '{charge}'",
        {CAPTURED: "charge", SUMS: "account"},
    ),
    "a capture of nothing": (
        FORGE.format("account", "takings", "capture"),
        {CAPTURES: "nobody", SUMS: "account", TAKINGS: "store"},
    ),
    "money to a merchant out of nothing": (
        FORGE.format("takings", "payable", "settle"),
        {OWED: "book", TAKINGS: "store"},
    ),
    "a wallet gets a cent": (
        "UPDATE ledger_account SET balance_minor = balance_minor + 1 WHERE id = '{account}'",
        {SUMS: "account", SAFEGUARDED: None},
    ),
    "a wallet below zero": (
        "UPDATE ledger_account SET balance_minor = -1 WHERE id = '{account}'",
        {NOT_NEGATIVE: "account", SUMS: "account"},
    ),
    "a captured charge is opened again": (
        "UPDATE pos_charge SET status = 'open', captured_at = NULL WHERE id = '{unrefunded}'",
        {CAPTURES: "unrefunded", FACTS: "unrefunded", PAYMENTS: "payment"},
    ),
    "more refunded than was": (
        "UPDATE pos_charge SET refunded_minor = 1001 WHERE id = '{charge}'",
        {REFUNDS: "charge"},
    ),
    "a refund forgotten": (
        "UPDATE pos_charge SET refunded_minor = 0 WHERE id = '{charge}'",
        {REFUNDS: "charge"},
    ),
    "a refund's transfer is gone": (
        "DELETE FROM ledger_transfer WHERE id = '{refund}'",
        {REFUNDS: "charge", SUMS: "account"},
    ),
    "a refund to somebody else, balances and all": (
        """
        UPDATE ledger_transfer SET credit_account_id = '{other}' WHERE id = '{refund}';
        UPDATE ledger_account SET balance_minor = balance_minor - 300 WHERE id = '{account}';
        UPDATE ledger_account SET balance_minor = balance_minor + 300 WHERE id = '{other}';
        """,
        {REFUNDS: "charge"},
    ),
    "a refund of nothing": (
        FORGE.format("takings", "account", "refund"),
        {REFUNDED: "nobody", SUMS: "account", TAKINGS: "store"},
    ),
    "a refund's amount": (
        "UPDATE pos_refund SET amount_minor = 301 WHERE id = '{refund}'",
        {REFUNDS: "charge"},
    ),
    "a line is gone": (
        "DELETE FROM merchants_settlementline WHERE id = '{open}'",
        {LINES: "open", TAKINGS: "store"},
    ),
    "a line's amount": (
        "UPDATE merchants_settlementline SET amount_minor = 1 WHERE id = '{refund}'",
        {REFUND_LINES: "refund", ADDS_UP: "settlement"},
    ),
    "a line's fee": (
        "UPDATE merchants_settlementline SET fee_minor = 0 WHERE id = '{charge}'",
        {LINES: "charge", ADDS_UP: "settlement"},
    ),
    "a line of nothing": (
        "UPDATE merchants_settlementline SET id = '{nobody}' WHERE id = '{refund}'",
        {FACTS: "nobody", REFUND_LINES: "refund"},
    ),
    "a line in no settlement": (
        "UPDATE merchants_settlementline SET settlement_id = NULL WHERE id = '{charge}'",
        {ADDS_UP: "settlement", TAKINGS: "store"},
    ),
    "a settlement's sum": (
        SETTLEMENT.format("sales_minor = sales_minor + 1, closing_minor = closing_minor + 1"),
        {ADDS_UP: "settlement", OWED: "book"},
    ),
    "a settlement's equation": (
        SETTLEMENT.format("payout_minor = 0"),
        {ADDS_UP: "settlement", OWED: "book"},
    ),
    "a settlement's opening": (
        SETTLEMENT.format("opening_minor = 5, closing_minor = closing_minor + 5"),
        {CARRIED: "settlement"},
    ),
    "a payment is gone": (
        "DELETE FROM wallet_payment WHERE charge_id = '{charge}'",
        {PAYMENT: "charge"},
    ),
    "a payment's amount": (PAYING.format("amount_minor = 999"), {PAYMENT: "charge"}),
    "a payment's currency": (PAYING.format("currency = 'USD'"), {PAYMENT: "charge"}),
    "a payment by somebody else": (
        PAYING.format(
            "wallet_id = (SELECT id FROM wallet_wallet WHERE account_id = '{other}')"
        ),
        {PAYMENT: "charge"},
    ),
    "a second payment": (
        """
        INSERT INTO wallet_payment (id, wallet_id, charge_id, amount_minor, currency, with_pin,
                                    balance_after_minor, idempotency_key, request_hash)
        SELECT '{nobody}', wallet_id, charge_id, amount_minor, currency, with_pin,
               balance_after_minor, 'another', request_hash
          FROM wallet_payment WHERE charge_id = '{charge}'
        """,
        {PAYMENT: "charge"},
    ),
    "a payment of an open charge": (
        "UPDATE wallet_payment SET charge_id = '{unpaid}' WHERE id = '{payment}'",
        {PAYMENTS: "payment", PAYMENT: "unrefunded"},
    ),
    "an event is gone": (
        "DELETE FROM relay_event WHERE subject = '{charge}' AND kind = 'charge.captured'",
        {EVENTS: "charge"},
    ),
}


@pytest.fixture
def names(shop, customer):
    charge = factories.sell(shop, customer, amount_minor=1000)
    refund = factories.refund(shop, charge, amount_minor=300)
    unrefunded = factories.sell(shop, customer, amount_minor=200)
    settlement = factories.settle(shop)
    book = factories.balance_of(shop)
    names = {
        "account": customer.wallet.account_id,
        "book": book.id,
        "charge": charge.id,
        "nobody": uuid.uuid4(),
        "open": factories.sell(shop, customer, amount_minor=500).id,
        "other": factories.open_customer().wallet.account_id,
        "payable": book.payable_account_id,
        "payment": Payment.objects.get(charge=unrefunded).id,
        "refund": refund.id,
        "settlement": settlement.id,
        "store": shop.store.id,
        "takings": shop.store.takings_account_id,
        "unpaid": factories.make_charge(shop).id,
        "unrefunded": unrefunded.id,
    }
    return {name: str(identifier) for name, identifier in names.items()}


def run(sql):
    with as_owner() as cursor:
        cursor.execute(sql)


def test_sound_books_break_no_proof(names):
    assert find_broken() == {}


@pytest.mark.parametrize(("damage", "found"), DAMAGE.values(), ids=DAMAGE)
def test_damage_is_found_and_its_row_is_named(names, damage, found):
    run(FREE)
    run(damage.format(**names))

    broken = find_broken()

    for fragment, named in found.items():
        rows = [row for claim, row in broken.items() if fragment in claim]
        assert rows, f"not found: {fragment}"
        assert named is None or rows[0][0] == names[named], rows[0]
        assert rows[0][1], "the row is described"


def test_a_trigger_that_is_off_is_found(names):
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("ALTER TABLE ledger_transfer DISABLE TRIGGER ledger_transfer_append_only")

    assert [claim for claim in find_broken() if TRIGGER in claim]
    assert len(find_broken()) == 1


def test_a_trigger_that_is_gone_is_found(names):
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("DROP TRIGGER ledger_transfer_append_only ON ledger_transfer")

    assert [claim for claim in find_broken() if TRIGGER in claim]


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("SET LOCAL synchronous_commit = off", ("synchronous_commit", "off")),
        (
            "ALTER ROLE CURRENT_USER SET synchronous_commit = off",
            (f"a default of {APPLICATION_ROLE}", "synchronous_commit=off"),
        ),
        (
            "ALTER DATABASE {database} SET synchronous_commit = 'false'",
            ("a default of every role", "synchronous_commit=false"),
        ),
    ],
)
def test_a_setting_that_forgets_what_was_acknowledged_is_named(statement, named):
    database = connection.settings_dict["NAME"]
    become = as_owner if "DATABASE" in statement else connection.cursor
    with become() as cursor:
        cursor.execute(statement.format(database=database))

    assert find_broken() == {DURABLE: named}


@pytest.mark.parametrize("kept", ["on", "local", "remote_apply"])
def test_settings_that_wait_for_the_disk_are_no_fault(kept):
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL synchronous_commit = {kept}")
        cursor.execute(f"ALTER ROLE CURRENT_USER SET synchronous_commit = {kept}")

    assert find_broken() == {}
