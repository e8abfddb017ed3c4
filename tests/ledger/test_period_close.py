"""Period close: what is closed is final, whoever was under way and whatever the clock says."""

import logging
import uuid
from functools import partial

import pytest
from django.db import InternalError, connection, transaction

from ledger.accounts import get_or_open_house_account, open_account
from ledger.chart import AccountKind
from ledger.models import PeriodClose, Transfer
from ledger.period_close import close_period, read_closed_until
from ledger.posting import post_transfers
from ledger.transfers import NewTransfer
from tests.ledger.moves import WAYS, Books
from tests.ledger.sessions import ask, read_pid, wait_until, wait_until_waited_for
from tests.owners import as_owner

ANNOUNCE, CLOSE = "SELECT ledger_announce_close()", "SELECT ledger_close_period()"
POST = "SELECT result FROM ledger_post_transfer(%s, %s, %s, 1, 'EUR', 'test', 'test')"


@pytest.fixture
def accounts(committed):
    """The bank and a wallet."""
    bank = get_or_open_house_account(AccountKind.SAFEGUARD, currency="EUR")
    return bank, open_account(AccountKind.WALLET, currency="EUR")


def post(session, accounts):
    """Post in a session that goes on; return the instant."""
    transfer_id = uuid.uuid4()
    assert ask(session, POST, [transfer_id, *accounts]) == "created"
    return ask(session, "SELECT posted_at FROM ledger_transfer WHERE id = %s", [transfer_id])


def close():
    """Close the books, which nobody holds up."""
    closed_until = close_period()
    assert closed_until is not None
    return closed_until


def test_closing_is_remembered_and_goes_on(accounts):
    first = close()
    assert read_closed_until() == first

    second = close()

    assert read_closed_until() == second > first


def test_what_is_posted_after_it_closed_comes_after_it(accounts):
    bank, wallet = accounts
    closed_until = close()
    transfer = NewTransfer(uuid.uuid4(), bank, wallet, 1, "EUR", "test", "test")

    assert post_transfers([transfer]) == ["created"]

    assert Transfer.objects.get(pk=transfer.id).posted_at > closed_until


def test_closing_waits_for_a_transaction_under_way(accounts, open_session, meanwhile):
    before = close()
    under_way = open_session()
    posted_at = post(under_way, accounts)

    closing = meanwhile(close_period)
    wait_until(lambda: PeriodClose.objects.get().announced_until > posted_at)
    assert read_closed_until() == before
    assert not closing.done()
    under_way.commit()

    assert closing.result(timeout=10) > posted_at


def test_closing_gives_up_after_its_patience_and_says_so(accounts, open_session, caplog):
    before = close()
    under_way = open_session()
    posted_at = post(under_way, accounts)

    with caplog.at_level(logging.WARNING, "ledger.period_close"):
        assert close_period(patience_s=0) == before < posted_at
    assert read_closed_until() == before
    announced_until = PeriodClose.objects.get().announced_until
    [warning] = caplog.messages
    assert warning == (
        f"The books stay closed up to {before}: a transaction that began before"
        f" {announced_until} goes on."
    )

    under_way.rollback()
    assert close_period() > posted_at


def test_no_closing_passes_over_a_transaction_under_way(accounts, open_session):
    """The functions themselves see to it, whoever calls them how often."""
    before = close()
    under_way = open_session()
    posted_at = post(under_way, accounts)

    announced = [ask(connection, ANNOUNCE, []) for _ in range(3)]
    closed = [ask(connection, CLOSE, []) for _ in range(3)]

    assert closed == [before] * 3
    under_way.commit()
    assert ask(connection, CLOSE, []) == announced[-1] > posted_at


def test_a_savepoint_under_way_is_waited_for(accounts, open_session):
    before = close()
    under_way = open_session()
    with under_way.cursor() as cursor:
        cursor.execute("SAVEPOINT here")
    posted_at = post(under_way, accounts)

    assert close_period(patience_s=0) == before
    under_way.commit()

    assert close() > posted_at


def test_an_announcement_that_is_not_committed_closes_nothing(accounts, open_session):
    before = close()
    announcing = open_session()
    announced_until = ask(announcing, ANNOUNCE, [])

    assert ask(connection, CLOSE, []) == before < announced_until
    announcing.rollback()

    assert ask(connection, CLOSE, []) == before


def test_closing_in_a_transaction_that_has_written_is_refused(accounts, open_session):
    before = close()
    writing = open_session()
    ask(writing, ANNOUNCE, [])

    with pytest.raises(InternalError, match="has done nothing before"):
        ask(writing, CLOSE, [])

    writing.rollback()
    assert read_closed_until() == before


def test_closing_does_not_wait_for_who_only_reads(accounts, open_session):
    reading = open_session()
    ask(reading, "SELECT count(*) FROM ledger_transfer", [])

    closed_until = close_period(patience_s=5)

    assert PeriodClose.objects.get().announced_until == closed_until


def test_closing_does_not_wait_for_who_comes_later(accounts, open_session, meanwhile):
    close()
    under_way, later = open_session(), open_session()
    posted_at = post(under_way, accounts)
    closing = meanwhile(close_period)
    wait_until(lambda: PeriodClose.objects.get().announced_until > posted_at)
    # To another wallet, because this one is locked until its transaction ends.
    another = (accounts[0], open_account(AccountKind.WALLET, currency="EUR"))

    later_at = post(later, another)
    under_way.commit()

    assert posted_at < closing.result(timeout=10) < later_at


def test_who_begins_while_two_want_to_close_is_waited_for(accounts, open_session, meanwhile):
    """The second one announces when the first is done: later than it took its place in line."""
    first, under_way = open_session(), open_session()
    ask(first, ANNOUNCE, [])
    second = meanwhile(partial(close_period, patience_s=0))
    wait_until_waited_for(read_pid(first))

    posted_at = post(under_way, accounts)
    first.commit()
    closed_until = second.result(timeout=10)

    assert PeriodClose.objects.get().announced_until > posted_at
    assert closed_until is None or closed_until < posted_at
    under_way.commit()


def test_closing_inside_a_transaction_is_refused(accounts):
    before = PeriodClose.objects.values().get()

    with transaction.atomic(), pytest.raises(RuntimeError, match="within a transaction"):
        close_period()

    assert PeriodClose.objects.values().get() == before


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.django_db
def test_when_the_clock_was_set_back_instants_still_come_after_the_announced_one(way):
    books = Books()
    with as_owner() as cursor:
        cursor.execute(
            "UPDATE ledger_periodclose SET announced_until = clock_timestamp() + interval '1 h'"
            " RETURNING announced_until"
        )
        (announced_until,) = cursor.fetchone()
    transfers = books.read("S>A 1, T>S 1, S>T 1, S>A 1")

    assert way(transfers) == ["created"] * 4

    rows = Transfer.objects.in_bulk([each.id for each in transfers])
    assert min(row.posted_at for row in rows.values()) > announced_until
    assert rows[transfers[0].id].posted_at < rows[transfers[3].id].posted_at


@pytest.mark.parametrize("side", ["A", "B"])
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.django_db
def test_when_the_clock_was_set_back_a_wallets_instants_still_grow(way, side):
    books = Books()
    books.fill("A 10")
    with as_owner() as cursor:
        cursor.execute(
            "UPDATE ledger_account SET last_posted_at = clock_timestamp() + interval '1 h'"
            " WHERE id = %s RETURNING last_posted_at",
            [books.accounts[side]],
        )
        (last_posted_at,) = cursor.fetchone()
    transfers = books.read("A>B 1, A>B 1")

    assert way(transfers) == ["created"] * 2

    rows = Transfer.objects.in_bulk([each.id for each in transfers])
    first, second = (rows[each.id].posted_at for each in transfers)
    assert last_posted_at < first < second


@pytest.mark.django_db
def test_the_end_of_a_hold_comes_after_it_where_no_account_keeps_its_last_instant():
    books = Books()
    # As if the clock had been an hour ahead when the hold was made.
    with as_owner() as cursor:
        cursor.execute(
            "UPDATE ledger_periodclose SET announced_until = clock_timestamp() + interval '1 h'"
        )
    books.post("#1 S~T 5")
    with as_owner() as cursor:
        cursor.execute(
            "UPDATE ledger_periodclose SET announced_until = NULL, closed_until = NULL"
        )

    books.post("#2 post #1")

    held, posted = (Transfer.objects.get(pk=books.ids[each]) for each in (1, 2))
    assert held.posted_at < posted.posted_at
