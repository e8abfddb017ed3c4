"""Seals take all closed history once, in order, also when two seal at the same time."""

import hashlib
import json
import uuid
from functools import partial
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from ledger import tasks
from ledger.accounts import get_or_open_house_account, open_account
from ledger.chart import AccountKind
from ledger.models import PeriodClose, Seal, SealLeaves, Transfer
from ledger.period_close import read_closed_until
from ledger.posting import post_transfers
from ledger.seals import seal_ledger
from ledger.transfers import NewPending, NewTransfer, PendingPost
from tests.ledger.sessions import ask, wait_until
from tests.owners import as_owner

pytestmark = pytest.mark.usefixtures("committed")
POST = "SELECT result FROM ledger_post_transfer(%s, %s, %s, 1, 'EUR', 'test', 'test')"
CHANGES = {
    "update": "UPDATE {} SET {} = {}",
    "delete": "DELETE FROM {}",
    "truncate": "TRUNCATE {} CASCADE",
}


@pytest.fixture
def accounts(committed):
    """The bank and a wallet, in committed rows; all that was posted is sealed."""
    bank = get_or_open_house_account(AccountKind.SAFEGUARD, currency="EUR")
    accounts = bank, open_account(AccountKind.WALLET, currency="EUR")
    move(accounts)
    seal_ledger()
    return accounts


def move(accounts, *, count=1, reference="test"):
    bank, wallet = accounts
    ids = [uuid.uuid4() for _ in range(count)]
    moves = [NewTransfer(each, bank, wallet, 100, "EUR", "top_up", reference) for each in ids]
    assert post_transfers(moves) == ["created"] * count
    return ids


def read_last():
    return Seal.objects.latest("number")


def posted_at(transfer_id):
    return Transfer.objects.get(pk=transfer_id).posted_at


def split_leaves(number):
    leaves = bytes(SealLeaves.objects.get(pk=number).leaves)
    return {
        uuid.UUID(bytes=leaves[at : at + 16]): leaves[at + 16 : at + 48]
        for at in range(0, len(leaves), 48)
    }


def write_by_hand(transfer):
    """The canonical text, put together without any of the code under test."""
    instants = {
        name: value and value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        for name, value in [
            ("posted_at", transfer.posted_at),
            ("expires_at", transfer.expires_at),
        ]
    }
    content = {
        "id": str(transfer.id),
        "debit_account_id": str(transfer.debit_account_id),
        "credit_account_id": str(transfer.credit_account_id),
        "amount_minor": str(transfer.amount_minor),
        "currency": transfer.currency,
        "kind": transfer.kind,
        "reference": transfer.reference,
        "phase": transfer.phase,
        "pending_id": transfer.pending_id and str(transfer.pending_id),
        **instants,
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def test_a_seal_holds_each_new_transfer_in_order(accounts):
    last = read_last()
    ids = move(accounts, count=5)

    [head] = seal_ledger()

    seal = Seal.objects.get(number=head.number)
    assert list(split_leaves(seal.number)) == ids
    assert (seal.count, seal.until_id) == (5, ids[-1])
    assert seal.until_at == Transfer.objects.get(pk=ids[-1]).posted_at
    assert seal.number == last.number + 1
    assert seal.previous_hash == last.hash
    assert seal.hash.hex() == head.hash


def test_a_leaf_is_the_hash_of_the_canonical_text(accounts):
    bank, wallet = accounts
    move(accounts)
    pending, post = uuid.uuid4(), uuid.uuid4()
    odd = 'tab\t quote" back\\slash café \u2028 \x01 \N{GRINNING FACE}'
    hold = NewPending(pending, wallet, bank, 40, "EUR", "hand_out", odd, timeout_s=90)
    assert post_transfers([hold, PendingPost(post, pending)]) == ["created", "created"]

    [head] = seal_ledger()

    leaves = split_leaves(head.number)
    assert set(leaves) >= {pending, post}
    for transfer in Transfer.objects.filter(pk__in=leaves):
        text = write_by_hand(transfer).encode()
        assert leaves[transfer.pk] == hashlib.sha256(b"\x00" + text).digest()


def test_a_seal_s_hash_is_that_of_its_canonical_head(accounts):
    move(accounts, count=2)

    [head] = seal_ledger()

    seal = Seal.objects.get(number=head.number)
    first, second = split_leaves(seal.number).values()
    root = hashlib.sha256(b"\x01" + first + second).hexdigest()
    content = {
        "count": 2,
        "format": "tessera-seal-1",
        "number": seal.number,
        "previous_hash": seal.previous_hash.hex(),
        "root": root,
        "sealed_at": seal.sealed_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "until_at": seal.until_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "until_id": str(seal.until_id),
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    assert seal.root.hex() == root
    assert seal.hash.hex() == hashlib.sha256(text.encode()).hexdigest()


def test_nothing_new_makes_no_seal(accounts):
    assert seal_ledger() == []


def test_what_is_more_than_a_seal_holds_makes_several(accounts):
    ids = move(accounts, count=11)

    heads = seal_ledger(count_max=2)

    assert [head.count for head in heads] == [2, 2, 2, 2, 2, 1]
    assert [each for head in heads for each in split_leaves(head.number)] == ids
    for before, after in pairwise(heads):
        assert after.previous_hash == before.hash
        assert after.number == before.number + 1


def test_the_job_seals(accounts):
    [moved] = move(accounts)

    tasks.seal()

    assert list(split_leaves(read_last().number)) == [moved]


def test_what_was_under_way_is_sealed_in_its_place(accounts, open_session, meanwhile):
    bank, _wallet = accounts
    under_way, early = open_session(), uuid.uuid4()
    another = open_account(AccountKind.WALLET, currency="EUR")
    assert ask(under_way, POST, [early, bank, another]) == "created"
    [late] = move(accounts)

    sealing = meanwhile(seal_ledger)
    wait_until(lambda: PeriodClose.objects.get().announced_until > posted_at(late))
    under_way.commit()
    [head] = sealing.result(timeout=10)

    assert list(split_leaves(head.number)) == [early, late]


def test_a_second_sealer_finds_nothing_to_do(accounts, open_session):
    [moved] = move(accounts)
    first = open_session()
    assert ask(first, "SELECT pg_try_advisory_xact_lock(%s)", [0x5EA1]) is True

    assert seal_ledger() == []

    first.commit()
    [head] = seal_ledger()
    assert list(split_leaves(head.number)) == [moved]


@pytest.mark.slow
def test_of_many_sealers_each_transfer_has_one_seal(accounts, meanwhile):
    before = read_last().number
    ids = []
    for _round in range(5):
        ids += move(accounts, count=7)
        sealing = [meanwhile(partial(seal_ledger, count_max=2)) for _ in range(3)]
        assert sum(head.count for one in sealing for head in one.result(timeout=20)) == 7

    numbers = Seal.objects.filter(number__gt=before).order_by("number")
    leaves = [each for seal in numbers for each in split_leaves(seal.number)]
    assert leaves == ids
    assert [seal.number - before for seal in numbers] == list(range(1, len(numbers) + 1))


def test_sealing_inside_a_transaction_is_refused(accounts):
    with transaction.atomic(), pytest.raises(RuntimeError, match="within a transaction"):
        seal_ledger()


def test_books_that_cannot_be_closed_are_sealed_up_to_where_they_are(accounts, monkeypatch):
    [moved] = move(accounts)
    with as_owner() as cursor:
        cursor.execute("UPDATE ledger_periodclose SET closed_until = NULL")
    monkeypatch.setattr("ledger.seals.close_period", read_closed_until)

    assert seal_ledger() == []

    monkeypatch.undo()
    [head] = seal_ledger()
    assert list(split_leaves(head.number)) == [moved]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("table", ["ledger_seal", "ledger_sealleaves"])
def test_not_even_the_owner_changes_a_seal(accounts, change, table):
    column = "count" if table == "ledger_seal" else "leaves"

    with pytest.raises(IntegrityError, match="append-only"), as_owner() as cursor:
        cursor.execute(change.format(table, column, column))


def test_the_command_tells_each_seal(accounts):
    move(accounts, count=3)
    out = StringIO()

    call_command("seal_ledger", stdout=out)

    last = read_last()
    assert out.getvalue().splitlines() == [
        f"Seal {last.number}: 3 transfers, {last.hash.hex()}",
        "Sealed 3 transfers.",
    ]
    again = StringIO()
    call_command("seal_ledger", stdout=again)
    assert again.getvalue() == "Sealed 0 transfers.\n"


@pytest.fixture
def _closed_ahead(accounts):
    """Books that a wrong clock has closed beyond now; put right afterwards."""
    write = "UPDATE ledger_periodclose SET announced_until = %s, closed_until = %s"
    with as_owner() as cursor:
        cursor.execute("SELECT announced_until, closed_until FROM ledger_periodclose")
        before = cursor.fetchone()
        cursor.execute(write, ["2099-01-02 03:04:05Z"] * 2)
    yield
    with as_owner() as cursor:
        cursor.execute(write, before)


@pytest.mark.usefixtures("_closed_ahead")
def test_that_sealing_waits_for_the_clock_is_an_error_of_the_command(caplog):
    caplog.set_level("WARNING", logger="ledger.seals")
    wait = "Sealing waits for the clock until 2099-01-02 03:04:05 UTC"

    with pytest.raises(CommandError, match=f"^{wait}: nothing that is posted until then"):
        call_command("seal_ledger", stdout=StringIO())

    assert f"{wait}." in caplog.messages


def test_a_seal_is_called_by_its_number(accounts):
    seal = read_last()

    assert str(seal) == f"seal {seal.number} until {seal.until_at}"
    assert str(seal.leaves) == f"leaves of seal {seal.number}"
