"""Checkpoints: sums of closed history, taken of those who need one, the same for ever."""

import uuid
from datetime import timedelta
from functools import partial

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from ledger import tasks
from ledger.accounts import get_or_open_house_account, open_account
from ledger.chart import AccountKind
from ledger.checkpoints import take_checkpoints
from ledger.models import Checkpoint, PeriodClose, Transfer
from ledger.period_close import close_period, read_closed_until
from ledger.posting import post_together
from ledger.queries import sum_balance, sum_balance_at
from ledger.transfers import NewPending, NewTransfer, PendingPost, PendingVoid
from tests.ledger.sessions import read_pid, wait_until_waited_for
from tests.owners import as_owner

# Whoever holds it is taking checkpoints (ledger/sql/take_checkpoints.sql).
LOCK = 50412
TAKE = "SELECT ledger_take_checkpoints(%s, %s)"
CHANGES = {
    "update": "UPDATE ledger_checkpoint SET debited_minor = 0",
    "delete": "DELETE FROM ledger_checkpoint",
    "truncate": "TRUNCATE ledger_checkpoint",
}


@pytest.fixture
def till(committed):
    """A takings account that nobody else posts to."""
    return open_account(AccountKind.TAKINGS, currency="EUR")


@pytest.fixture
def bank(committed):
    return get_or_open_house_account(AccountKind.SAFEGUARD, currency="EUR")


def post(debit, credit, *amounts):
    """Post a transfer for each amount; return their ids."""
    transfers = [
        NewTransfer(uuid.uuid4(), debit, credit, amount, "EUR", "test", "test")
        for amount in amounts
    ]
    post_together(transfers)
    return [each.id for each in transfers]


def take(tail_min):
    """Take checkpoints and return the instant of the round."""
    take_checkpoints(tail_min=tail_min)
    return PeriodClose.objects.get().checkpointed_until


def list_checkpoints(account_id):
    rows = Checkpoint.objects.filter(account=account_id).order_by("taken_at")
    return [(row.taken_at, int(row.debited_minor), int(row.credited_minor)) for row in rows]


def add_up(account_id, until):
    """Add the transfers up in Python, for an account that grows by credits."""
    rows = Transfer.objects.filter(posted_at__lte=until, phase__in=["single", "post"])
    credited = rows.filter(credit_account=account_id).values_list("amount_minor", flat=True)
    debited = rows.filter(debit_account=account_id).values_list("amount_minor", flat=True)
    return sum(credited) - sum(debited)


def test_an_account_with_a_long_tail_gets_one_and_others_do_not(bank, till):
    quiet = open_account(AccountKind.TAKINGS, currency="EUR")
    post(bank, till, 1, 2, 4)
    post(till, bank, 8)
    post(bank, quiet, 16, 32)

    taken_at = take(3)

    assert list_checkpoints(till) == [(taken_at, 8, 7)]
    assert list_checkpoints(quiet) == []
    assert sum_balance(till) == -1
    assert sum_balance(quiet) == 48


def test_the_timetable_s_round_takes_them_of_a_hundred_and_more(bank, till):
    busy = open_account(AccountKind.TAKINGS, currency="EUR")
    post(bank, till, *[1] * 99)
    post(bank, busy, *[1] * 100)

    tasks.take_checkpoints()

    taken_at = PeriodClose.objects.get().checkpointed_until
    assert list_checkpoints(till) == []
    assert list_checkpoints(busy) == [(taken_at, 0, 100)]
    assert str(Checkpoint.objects.get(account=busy)) == f"{busy} at {taken_at}"
    assert str(PeriodClose.objects.get()) == f"closed until {read_closed_until()}"


def test_debits_and_credits_are_counted_each_for_themselves(bank, till):
    post(bank, till, 1, 2)
    post(till, bank, 4, 8)
    take(3)
    assert list_checkpoints(till) == []

    post(till, bank, 16)
    taken_at = take(3)

    assert list_checkpoints(till) == [(taken_at, 28, 3)]


def test_a_tail_may_grow_over_several_rounds(bank, till):
    post(bank, till, 1, 2)
    take(4)
    post(bank, till, 4)
    take(4)
    assert list_checkpoints(till) == []

    post(bank, till, 8)
    taken_at = take(4)

    assert list_checkpoints(till) == [(taken_at, 0, 15)]


def test_the_tail_starts_again_after_a_checkpoint(bank, till):
    post(bank, till, 1, 2)
    first_at = take(2)
    post(bank, till, 4)
    take(2)
    post(till, bank, 8)
    take(2)
    assert list_checkpoints(till) == [(first_at, 0, 3)]

    post(bank, till, 16)
    second_at = take(2)

    assert list_checkpoints(till) == [(first_at, 0, 3), (second_at, 8, 23)]


def test_a_round_without_new_transfers_takes_nothing_again(bank, till):
    post(bank, till, 1)
    first_at = take(1)

    take(1)

    assert list_checkpoints(till) == [(first_at, 0, 1)]


def test_only_what_moved_is_summed(bank, till):
    held, also_held = (
        NewPending(uuid.uuid4(), bank, till, amount, "EUR", "test", "test")
        for amount in (100, 50)
    )
    post_together([held, also_held])
    post_together(
        [PendingPost(uuid.uuid4(), held.id, 30), PendingVoid(uuid.uuid4(), also_held.id)]
    )

    taken_at = take(1)

    assert list_checkpoints(till) == [(taken_at, 0, 30)]
    assert sum_balance(till) == 30


def test_balances_of_the_past_are_the_same_before_and_after(bank, till):
    posted = [*post(bank, till, 1, 2), *post(till, bank, 4)]
    take(1)
    posted += post(bank, till, 8, 16)
    take(1)
    posted += post(till, bank, 32)

    instants = sorted(
        Transfer.objects.filter(pk__in=posted).values_list("posted_at", flat=True)
    )
    instants += [taken_at for taken_at, _, _ in list_checkpoints(till)]
    micro = timedelta(microseconds=1)
    instants += [each + shift for each in instants for shift in (-micro, micro)]

    assert len(list_checkpoints(till)) == 2
    for at in sorted(instants):
        assert sum_balance_at(till, at) == add_up(till, at), at
    assert sum_balance(till) == 1 + 2 - 4 + 8 + 16 - 32


def test_an_account_that_grows_by_debits_is_told_from_its_checkpoint(bank, till):
    owing = open_account(AccountKind.RECEIVABLE, currency="EUR")
    post(owing, till, 1, 2, 4)
    taken_at = take(3)
    post(till, owing, 3)

    assert list_checkpoints(owing) == [(taken_at, 7, 0)]
    assert sum_balance_at(owing, taken_at) == 7
    assert sum_balance(owing) == 4


def test_sums_beyond_a_bigint_are_kept(till):
    wallet = open_account(AccountKind.WALLET, currency="EUR")
    huge = 2**63 - 1
    for _ in range(2):
        post(till, wallet, huge)
        post(wallet, till, huge)

    taken_at = take(2)

    assert list_checkpoints(till) == [(taken_at, 2 * huge, 2 * huge)]
    post(till, wallet, huge)
    assert sum_balance(till) == -huge


def test_nothing_is_taken_of_what_is_not_closed(bank, till):
    post(bank, till, 1)
    closed_until = close_period()
    assert closed_until is not None
    later = closed_until + timedelta(hours=1)

    with connection.cursor() as cursor:
        cursor.execute(TAKE, [later, 1])
        assert cursor.fetchone() == (0,)
        cursor.execute(TAKE, [None, 1])
        assert cursor.fetchone() == (0,)

    assert list_checkpoints(till) == []


def test_of_two_rounds_at_the_same_time_one_takes_nothing(bank, till, meanwhile):
    post(bank, till, 1)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        other = meanwhile(partial(take_checkpoints, tail_min=1))
        assert other.result(timeout=10) == 0
    assert list_checkpoints(till) == []

    taken_at = take(1)

    assert list_checkpoints(till) == [(taken_at, 0, 1)]


def test_books_can_be_closed_while_a_round_is_under_way(bank, till, meanwhile):
    post(bank, till, 1)
    with as_owner() as cursor:
        # As in a round that has many accounts to sum: it reads on and writes nothing yet.
        cursor.execute("LOCK TABLE ledger_checkpoint IN EXCLUSIVE MODE")
        round_under_way = meanwhile(partial(take_checkpoints, tail_min=1))
        wait_until_waited_for(read_pid(connection))

        closing = meanwhile(partial(close_period, patience_s=0))

        # It gives up waiting for the round's transaction, and no lock held it up.
        assert closing.result(timeout=10) == read_closed_until()
        assert not round_under_way.done()
    round_under_way.result(timeout=10)
    assert len(list_checkpoints(till)) == 1


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_checkpoint_never_changes(bank, till, change):
    post(bank, till, 1)
    before = (take(1), 0, 1)

    with pytest.raises(ProgrammingError) as refusal, transaction.atomic():
        connection.cursor().execute(change)
    with pytest.raises(IntegrityError, match="append-only"), as_owner() as cursor:
        cursor.execute(change)

    assert isinstance(refusal.value.__cause__, psycopg.errors.InsufficientPrivilege)
    assert list_checkpoints(till) == [before]
