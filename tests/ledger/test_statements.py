"""Statements and the trial balance: every line once, every balance right, of any instant."""

import random
import uuid
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest

from ledger.accounts import get_or_open_house_account, open_account
from ledger.chart import AccountKind
from ledger.models import Account, Transfer
from ledger.statements import (
    END,
    FIRST_ID,
    START,
    find_instant,
    list_latest,
    list_statement,
    list_trial_balance,
)
from tests.clocks import date_back
from tests.ledger.moves import Books
from tests.owners import as_owner

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 3, 1, 9, tzinfo=UTC)
EVENING = MORNING + timedelta(hours=9)
MICRO = timedelta(microseconds=1)
# A currency in which nobody else keeps accounts.
CURRENCY = "CLF"


@pytest.fixture
def payable(db):
    """An account that grows by credits and may go below zero."""
    return open_account(AccountKind.PAYABLE, currency=CURRENCY)


@pytest.fixture
def receivable(db):
    """An account that grows by debits and may go below zero."""
    return open_account(AccountKind.RECEIVABLE, currency=CURRENCY)


def write(debit, credit, amount_minor, at, **more):
    """Write a transfer of an instant, between accounts that keep no balance."""
    row = {"id": uuid.uuid4(), "kind": "test", "reference": "test", "currency": CURRENCY} | more
    with as_owner():
        return Transfer.objects.create(
            debit_account_id=debit,
            credit_account_id=credit,
            amount_minor=amount_minor,
            posted_at=at,
            **row,
        )


def write_history(debit, credit):
    """Write thirty transfers to and fro, up to five of one instant; return them in order."""
    chance = random.Random(19)  # noqa: S311  every run is the same
    rows = []
    for hour in range(6):
        at = MORNING + timedelta(hours=hour)
        for nth in range(5):
            giving, taking = chance.sample([debit, credit], 2)
            tied_at = at if hour % 2 else at + nth * MICRO
            rows.append(write(giving, taking, chance.randrange(1, 100), tied_at))
    return sorted(rows, key=lambda row: (row.posted_at, row.id))


def read_pages(account_id, count_max, **place):
    lines, after = [], place.pop("after", START)
    while page := list_statement(account_id, after=after, count_max=count_max, **place):
        assert len(page) <= count_max
        lines += page
        after = (page[-1].posted_at, page[-1].transfer_id)
    return lines


def calculate_balances(rows, account_id, sign):
    """Return the balance after each transfer; `sign` is 1 where debits are growth."""
    debits = [row.debit_account_id == account_id for row in rows]
    changes = zip(rows, debits, strict=True)
    return list(accumulate(sign * row.amount_minor * (1 if d else -1) for row, d in changes))


@pytest.mark.parametrize("count_max", [1, 4, 7, 30, 100])
@pytest.mark.parametrize(("name", "sign"), [("payable", -1), ("receivable", 1)])
def test_the_latest_lines_are_the_same_read_backwards(request, count_max, name, sign):
    account_id = request.getfixturevalue(name)
    other_id = open_account(AccountKind.TAKINGS, currency=CURRENCY)
    rows = write_history(account_id, other_id)

    lines, before = [], END
    while page := list_latest(account_id, before=before, count_max=count_max):
        lines += page
        before = (page[-1].posted_at, page[-1].transfer_id)

    assert [line.transfer_id for line in reversed(lines)] == [row.id for row in rows]
    assert [line.balance_after_minor for line in reversed(lines)] == calculate_balances(
        rows, account_id, sign
    )
    assert find_instant(account_id, rows[0].id) == rows[0].posted_at
    assert (
        find_instant(open_account(AccountKind.TAKINGS, currency=CURRENCY), rows[0].id) is None
    )


@pytest.mark.parametrize("count_max", [1, 2, 3, 4, 7, 29, 30, 100])
@pytest.mark.parametrize(("name", "sign"), [("payable", -1), ("receivable", 1)])
def test_pages_of_any_size_are_the_whole_statement(request, count_max, name, sign):
    account_id = request.getfixturevalue(name)
    other_id = open_account(AccountKind.TAKINGS, currency=CURRENCY)
    rows = write_history(account_id, other_id)

    lines = read_pages(account_id, count_max, until=EVENING)

    assert [line.transfer_id for line in lines] == [row.id for row in rows]
    assert [line.balance_after_minor for line in lines] == calculate_balances(
        rows, account_id, sign
    )


def test_a_line_says_who_the_other_was_and_on_which_side_it_stands(payable, receivable):
    gave = write(payable, receivable, 30, MORNING, kind="fee", reference="a-1")
    took = write(receivable, payable, 50, MORNING + MICRO, reference="a-2")

    lines = list_statement(payable, after=START, until=EVENING)

    told = [(line.transfer_id, line.posted_at, line.kind, line.reference) for line in lines]
    assert told == [(gave.id, MORNING, "fee", "a-1"), (took.id, MORNING + MICRO, "test", "a-2")]
    assert {(line.other_account_id, line.other_kind) for line in lines} == {
        (receivable, "receivable")
    }
    assert [(line.side, line.amount_minor, line.balance_after_minor) for line in lines] == [
        ("debit", 30, -30),
        ("credit", 50, 20),
    ]


def test_a_statement_may_begin_at_an_instant_with_all_that_was_posted_then(payable, receivable):
    rows = write_history(payable, receivable)
    balances = calculate_balances(rows, payable, -1)

    for number in [0, 5, 6, 15, 29]:
        at = rows[number].posted_at
        first = next(index for index, row in enumerate(rows) if row.posted_at == at)

        lines = list_statement(payable, after=(at, FIRST_ID), until=EVENING)

        assert [line.transfer_id for line in lines] == [row.id for row in rows[first:]]
        assert [line.balance_after_minor for line in lines] == balances[first:]


def test_a_statement_goes_on_after_any_line_also_one_of_several_of_an_instant(
    payable, receivable
):
    rows = write_history(payable, receivable)
    balances = calculate_balances(rows, payable, -1)

    for number, row in enumerate(rows):
        lines = list_statement(payable, after=(row.posted_at, row.id), until=EVENING)

        assert [line.balance_after_minor for line in lines] == balances[number + 1 :]


def test_a_statement_ends_with_its_last_instant(payable, receivable):
    write(receivable, payable, 1, MORNING)
    write(receivable, payable, 2, MORNING + MICRO)
    write(receivable, payable, 4, MORNING + 2 * MICRO)

    lines = list_statement(payable, after=START, until=MORNING + MICRO)

    assert [line.amount_minor for line in lines] == [1, 2]


def test_what_moved_nothing_is_on_no_statement():
    books = Books()
    books.fill("A 100")
    books.post("#1 A~B 30, #2 A~B 40, #3 A~B 5 60s; post #1 10, void #2; late #3; expire #3")
    until = datetime.max.replace(tzinfo=UTC)

    (filled, posted) = list_statement(books.accounts["A"], after=START, until=until)
    (received,) = list_statement(books.accounts["B"], after=START, until=until)

    assert (filled.side, filled.balance_after_minor) == ("credit", 100)
    assert (posted.side, posted.amount_minor, posted.balance_after_minor) == ("debit", 10, 90)
    assert (received.side, received.balance_after_minor) == ("credit", 10)
    assert received.transfer_id == posted.transfer_id


def test_an_account_without_transfers_has_an_empty_statement(payable):
    assert list_statement(payable, after=START, until=EVENING) == []
    assert list_statement(payable, after=(MORNING, FIRST_ID), until=EVENING) == []


def read_trial_balance(at):
    return {
        line.kind: (line.account_count, line.debited_minor, line.credited_minor)
        for line in list_trial_balance(at)
        if line.currency == CURRENCY
    }


def open_long_ago(*account_ids):
    """Date the opening of accounts to an hour before the morning."""
    rows = Account.objects.filter(pk__in=account_ids)
    date_back(rows, created_at=MORNING - timedelta(hours=1))


def test_the_trial_balance_of_each_instant_has_what_was_posted_until_then(payable, receivable):
    second = open_account(AccountKind.PAYABLE, currency=CURRENCY)
    open_long_ago(payable, receivable, second)
    write(receivable, payable, 100, MORNING)
    write(payable, second, 30, MORNING + MICRO)
    write(second, receivable, 5, MORNING + 2 * MICRO)

    told = [read_trial_balance(MORNING + number * MICRO) for number in range(-1, 3)]

    assert told == [
        {"payable": (2, 0, 0), "receivable": (1, 0, 0)},
        {"payable": (2, 0, 100), "receivable": (1, 100, 0)},
        {"payable": (2, 30, 130), "receivable": (1, 100, 0)},
        {"payable": (2, 35, 130), "receivable": (1, 100, 5)},
    ]


def test_its_balances_are_on_the_normal_side(payable, receivable):
    write(payable, receivable, 30, MORNING)

    lines = {
        line.kind: line for line in list_trial_balance(EVENING) if line.currency == CURRENCY
    }

    assert lines["payable"].balance_minor == -30
    assert lines["receivable"].balance_minor == -30
    assert (lines["payable"].normal_side, lines["receivable"].normal_side) == (
        "credit",
        "debit",
    )


def test_accounts_that_were_opened_later_are_not_counted(payable, receivable):
    open_long_ago(payable)

    assert read_trial_balance(MORNING) == {"payable": (1, 0, 0)}
    assert read_trial_balance(MORNING - timedelta(hours=2)) == {}


def test_an_account_that_was_opened_while_the_clock_was_ahead_is_told_by_its_transfers(
    payable, receivable
):
    open_long_ago(payable)
    date_back(Account.objects.filter(pk=receivable), created_at=EVENING)
    write(receivable, payable, 7, MORNING)

    assert read_trial_balance(MORNING) == {"payable": (1, 0, 7), "receivable": (1, 7, 0)}


def test_in_each_currency_debits_equal_credits():
    books = Books()
    books.fill("A 100, D 50")
    books.post(
        "A>B 30, #1 A~D 20 60s, Y>J 900 JPY, W>K 1 KWD, A~T 5; post #1 7, B>T 3, J>Y 1 JPY"
    )
    sums: dict[str, list[int]] = {}

    for line in list_trial_balance(datetime.max.replace(tzinfo=UTC)):
        both = sums.setdefault(line.currency, [0, 0])
        both[0] += line.debited_minor
        both[1] += line.credited_minor

    assert set(sums) >= {"EUR", "JPY", "KWD"}
    assert all(debited == credited for debited, credited in sums.values())


def test_currencies_and_sides_stand_in_order(payable, receivable):
    get_or_open_house_account(AccountKind.SAFEGUARD, currency=CURRENCY)

    lines = list_trial_balance(datetime.max.replace(tzinfo=UTC))

    assert [line.kind for line in lines if line.currency == CURRENCY] == [
        "receivable",
        "safeguard",
        "payable",
    ]
    assert [line.currency for line in lines] == sorted(line.currency for line in lines)
