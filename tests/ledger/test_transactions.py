"""What PostgreSQL breaks off is run again, whole, and moves money once."""

import os
import socket
import uuid
from functools import partial
from threading import Barrier

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from ledger.accounts import get_or_open_house_account, open_account
from ledger.chart import AccountKind
from ledger.errors import InsufficientFunds
from ledger.posting import post_together
from ledger.queries import read_balance
from ledger.transactions import in_one_transaction, read_sqlstate, retry_clashes
from ledger.transfers import NewTransfer
from tests.races.crowd import Crowd

pytestmark = pytest.mark.timeout(20, func_only=True)

OTHERS = {
    "lock_not_available": "55P03",
    "query_canceled": "57014",
    "too_many_connections": "53300",
    "connection_failure": "08006",
    "transaction_resolution_unknown": "08007",
    "statement_completion_unknown": "40003",
    "unique_violation": "23505",
}


@pytest.fixture
def crowd(committed, books_hold):
    crowd = Crowd()
    yield crowd
    crowd.leave()
    books_hold()


@pytest.fixture
def bank(committed):
    return get_or_open_house_account(AccountKind.SAFEGUARD, currency="EUR")


@pytest.fixture
def wallets(bank):
    wallets = [open_account(AccountKind.WALLET, currency="EUR") for _ in range(2)]
    for wallet in wallets:
        move(bank, wallet, 100)
    return wallets


def move(debit, credit, amount_minor):
    transfer = NewTransfer(
        id=uuid.uuid4(),
        debit_account_id=debit,
        credit_account_id=credit,
        amount_minor=amount_minor,
        currency="EUR",
        kind="test",
        reference="test",
    )
    post_together([transfer])


def refuse(code):
    """Make PostgreSQL abort the transaction with this SQLSTATE."""
    with connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}'; END $$")


def cut_line():
    with socket.socket(fileno=os.dup(connection.connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)


def deadlock_once(bank):
    """Return a verb that takes money from two wallets, and what it has begun.

    The first two to run it wait for each other with one wallet locked.
    """
    meeting, tries = Barrier(2), list[object]()

    def spend(one, other):
        tries.append(one)
        move(one, bank, 10)
        if len(tries) <= 2:
            meeting.wait(5)
        move(other, bank, 10)
        return "spent"

    return spend, tries


def be_overtaken(crowd, bank, wallet, *, times):
    """Return a verb that takes money from a wallet as it was before others changed it."""
    tries = list[int]()

    def spend():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        tries.append(read_balance(wallet))
        if len(tries) <= times:
            crowd.start(partial(move, bank, wallet, 1)).result(timeout=5)
        move(wallet, bank, 10)

    return in_one_transaction(spend), tries


@pytest.mark.slow
def test_of_two_that_deadlock_one_is_run_again_and_each_moves_money_once(crowd, bank, wallets):
    spend, tries = deadlock_once(bank)
    verb = in_one_transaction(spend)
    one, other = wallets

    answers = crowd.act([partial(verb, one, other), partial(verb, other, one)])

    assert answers == ["spent", "spent"]
    assert len(tries) == 3
    assert [read_balance(wallet) for wallet in wallets] == [80, 80]


@pytest.mark.slow
def test_without_it_one_of_them_fails_and_has_moved_nothing(crowd, bank, wallets):
    spend, tries = deadlock_once(bank)
    verb = transaction.atomic(durable=True)(spend)
    one, other = wallets

    answers = crowd.act(
        [partial(verb, one, other), partial(verb, other, one)], refusals=(OperationalError,)
    )

    (failure,) = [answer for answer in answers if answer != "spent"]
    assert read_sqlstate(failure) == "40P01"
    assert len(tries) == 2
    assert [read_balance(wallet) for wallet in wallets] == [90, 90]


@pytest.mark.parametrize("times", [0, 1, 3])
def test_who_is_overtaken_looks_again(crowd, bank, wallets, times):
    spend, tries = be_overtaken(crowd, bank, wallets[0], times=times)

    spend()

    assert tries == [100 + number for number in range(times + 1)]
    assert read_balance(wallets[0]) == 100 + times - 10


def test_after_three_more_tries_it_gives_up_and_has_moved_nothing(crowd, bank, wallets):
    spend, tries = be_overtaken(crowd, bank, wallets[0], times=9)

    with pytest.raises(OperationalError) as failure:
        spend()

    assert read_sqlstate(failure.value) == "40001"
    assert tries == [100, 101, 102, 103]
    assert read_balance(wallets[0]) == 104


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("code", ["40001", "40P01"])
def test_inside_a_transaction_the_clash_is_passed_on_to_its_owner(code):
    tries, rounds = list[int](), list[int]()

    @retry_clashes
    def inner():
        tries.append(1)
        if len(tries) == 1:
            refuse(code)

    @in_one_transaction
    def outer():
        rounds.append(1)
        inner()

    outer()

    assert (len(rounds), len(tries)) == (2, 2)


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("owner", [retry_clashes, in_one_transaction])
@pytest.mark.parametrize("code", OTHERS.values(), ids=OTHERS)
def test_nothing_else_is_tried_again(owner, code):
    tries = list[int]()

    @owner
    def verb():
        tries.append(1)
        refuse(code)

    with pytest.raises(DatabaseError) as failure:
        verb()

    assert read_sqlstate(failure.value) == code
    assert tries == [1]


def test_a_connection_that_is_lost_before_the_answer_to_commit_is_not_tried_again(
    bank, wallets
):
    tries = list[int]()

    @in_one_transaction
    def spend():
        tries.append(1)
        move(wallets[0], bank, 10)
        cut_line()

    with pytest.raises(OperationalError) as failure:
        spend()
    connection.close()

    assert read_sqlstate(failure.value) == ""
    assert tries == [1]
    assert read_balance(wallets[0]) == 100


def test_a_refusal_is_not_tried_again(bank, wallets):
    tries = list[int]()

    @in_one_transaction
    def spend():
        tries.append(1)
        move(wallets[0], bank, 60)
        move(wallets[0], bank, 60)

    with pytest.raises(InsufficientFunds):
        spend()

    assert tries == [1]
    assert read_balance(wallets[0]) == 100


@pytest.mark.usefixtures("committed")
def test_what_a_broken_off_run_would_have_announced_is_not_announced():
    tries, told = list[int](), list[int]()

    @in_one_transaction
    def verb():
        tries.append(1)
        transaction.on_commit(partial(told.append, len(tries)))
        if len(tries) < 3:
            refuse("40001")

    verb()

    assert told == [3]


@pytest.mark.usefixtures("committed")
def test_a_transaction_of_its_own_is_not_begun_inside_another():
    verb = in_one_transaction(partial(refuse, "40001"))

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        verb()


def test_a_failure_that_postgresql_did_not_name_has_no_code():
    assert read_sqlstate(OperationalError("the connection was lost")) == ""
