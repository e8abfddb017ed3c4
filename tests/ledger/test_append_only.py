"""PostgreSQL itself refuses to change or forget a transfer, and an overdrawn wallet.

The application has no right to try; the tables' owner, who has, is refused by a trigger.
"""

import uuid

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from ledger.models import Account, Transfer
from ledger.posting import post_together
from ledger.transfers import NewTransfer
from tests.owners import as_owner

CHANGES = {
    "update": "UPDATE ledger_transfer SET amount_minor = amount_minor + 1",
    "update of nothing": "UPDATE ledger_transfer SET amount_minor = 1 WHERE false",
    "delete": "DELETE FROM ledger_transfer",
    "truncate": "TRUNCATE ledger_transfer",
    "truncate with the rest": "TRUNCATE ledger_hold, ledger_transfer CASCADE",
}
WRONG_ROWS = {
    "zero": {"amount_minor": 0},
    "negative": {"amount_minor": -1},
    "one account": {"amount_minor": 1, "credit_account_id": None},
}


@pytest.fixture
def posted(bank, wallet):
    transfer = NewTransfer(uuid.uuid4(), bank, wallet, 100, "EUR", "top_up", "test")
    post_together([transfer])
    return transfer


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_application_may_not_change_a_transfer(posted, change):
    with (
        pytest.raises(ProgrammingError, match="permission denied for table") as refusal,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)

    assert isinstance(refusal.value.__cause__, psycopg.errors.InsufficientPrivilege)
    assert Transfer.objects.get(pk=posted.id).amount_minor == 100


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_owner_is_refused_by_the_trigger(posted, change):
    with pytest.raises(IntegrityError, match="append-only"), as_owner() as cursor:
        cursor.execute(change)

    assert Transfer.objects.get(pk=posted.id).amount_minor == 100


@pytest.mark.parametrize("wrong", WRONG_ROWS.values(), ids=WRONG_ROWS)
def test_a_transfer_that_moves_nothing_is_never_written(bank, wallet, wrong):
    row = {"debit_account_id": bank, "credit_account_id": wallet, "currency": "EUR"} | wrong
    row["credit_account_id"] = row["credit_account_id"] or bank

    with pytest.raises(IntegrityError), as_owner():
        Transfer.objects.create(kind="test", reference="test", **row)

    assert not Transfer.objects.filter(kind="test").exists()


def test_a_wallet_below_zero_is_never_written(posted, wallet):
    with pytest.raises(IntegrityError, match="ledger_account_not_negative"), as_owner():
        Account.objects.filter(pk=wallet).update(balance_minor=-1)

    assert Account.objects.get(pk=wallet).balance_minor == 100


def test_only_limited_accounts_keep_a_balance(posted, bank):
    with pytest.raises(IntegrityError, match="balance_only_where_limited"), as_owner():
        Account.objects.filter(pk=bank).update(balance_minor=1)
