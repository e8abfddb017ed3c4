"""The two reports an operator prints: the trial balance and an account's statement."""

import csv
import uuid
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ledger.accounts import get_or_open_house_account, open_account
from ledger.chart import AccountKind
from ledger.models import Transfer
from ledger.period_close import close_period
from ledger.posting import post_together
from ledger.transfers import NewTransfer
from tests.ledger.damage import FREE
from tests.owners import as_owner


def post(debit, credit, amount_minor, *, currency="EUR", reference="test"):
    transfer = NewTransfer(
        uuid.uuid4(), debit, credit, amount_minor, currency, "test", reference
    )
    post_together([transfer])
    return Transfer.objects.get(pk=transfer.id)


def run(command, *arguments):
    printed = StringIO()
    call_command(command, *arguments, stdout=printed)
    return printed.getvalue()


def read_tables(printed):
    return [line.split() for line in printed.splitlines()[:-1]]


def test_the_trial_balance_has_one_table_a_currency(bank, wallet, takings):
    yen_bank = get_or_open_house_account(AccountKind.SAFEGUARD, currency="JPY")
    yen_wallet = open_account(AccountKind.WALLET, currency="JPY")
    post(bank, wallet, 10_000)
    post(wallet, takings, 480)
    post(yen_bank, yen_wallet, 700, currency="JPY")

    tables = read_tables(run("show_trial_balance"))

    assert ["EUR", "accounts", "debit", "credit", "balance"] in tables
    assert ["safeguard", "1", "100.00", "0.00", "100.00"] in tables
    assert ["wallet", "1", "4.80", "100.00", "95.20"] in tables
    assert ["takings", "1", "0.00", "4.80", "4.80"] in tables
    assert ["total", "104.80", "104.80"] in tables
    assert ["safeguard", "1", "700", "0", "700"] in tables
    assert ["total", "700", "700"] in tables


def test_the_trial_balance_of_an_earlier_instant_knows_nothing_later(bank, wallet, takings):
    filled = post(bank, wallet, 10_000)
    post(wallet, takings, 480)

    tables = read_tables(run("show_trial_balance", f"--at={filled.posted_at.isoformat()}"))

    assert ["total", "100.00", "100.00"] in tables


def test_a_trial_balance_that_does_not_balance_is_an_error(bank, wallet):
    filled = post(bank, wallet, 10_000)
    yen_wallet = open_account(AccountKind.WALLET, currency="JPY")
    with as_owner() as cursor:
        cursor.execute(FREE)
        # No verb can: one side of a transfer is in another currency.
        cursor.execute(
            "UPDATE ledger_transfer SET credit_account_id = %s WHERE id = %s",
            [yen_wallet, filled.id],
        )

    with pytest.raises(CommandError, match=r"^The debits and credits in EUR differ\.$"):
        run("show_trial_balance")


@pytest.mark.django_db
def test_before_the_first_account_there_is_nothing():
    printed = run("show_trial_balance", "--at=1999-12-31T23:00:00+01:00")

    assert printed.startswith("There were no accounts.\n")


@pytest.mark.usefixtures("committed")
def test_the_trial_balance_says_whether_it_is_final():
    closed_until = close_period()
    assert closed_until is not None
    later = closed_until + timedelta(microseconds=1)

    closed = run("show_trial_balance", f"--at={closed_until.isoformat()}")
    still_open = run("show_trial_balance", f"--at={later.isoformat()}")

    assert closed.endswith("; final.\n")
    assert still_open.endswith("; transfers under way may still come in.\n")


@pytest.mark.django_db
def test_a_statement_of_no_account_is_refused():
    with pytest.raises(CommandError, match="There is no account"):
        call_command("show_statement", str(uuid.uuid4()))


def test_a_statement_lists_every_transfer_with_the_balance_after_it(bank, wallet, takings):
    filled = post(bank, wallet, 10_000)
    spent = post(wallet, takings, 480, reference="=A1")

    rows = list(csv.reader(StringIO(run("show_statement", str(wallet)))))

    head, *lines = rows
    assert head[-2:] == ["amount", "balance"]
    assert [line[0] for line in lines] == [str(filled.id), str(spent.id)]
    assert lines[0][2:] == ["test", "test", "safeguard", "credit", "100.00", "100.00"]
    assert lines[1][2:] == ["test", "'=A1", "takings", "debit", "4.80", "95.20"]


def test_a_statement_since_an_instant_begins_there_with_the_balance_of_then(
    bank, wallet, takings
):
    post(bank, wallet, 10_000)
    spent = post(wallet, takings, 480)
    post(wallet, takings, 20)
    at = spent.posted_at.isoformat()

    rows = run("show_statement", str(wallet), f"--since={at}", f"--until={at}").split()

    assert len(rows) == 2
    assert rows[1].endswith(",4.80,95.20")


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01T00:00Z", "2026-11-22T18:00"])
def test_an_instant_that_is_none_is_explained(text):
    with pytest.raises(CommandError, match="--at"):
        call_command("show_trial_balance", f"--at={text}")
