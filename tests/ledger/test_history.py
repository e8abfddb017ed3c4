"""The walk along history: in groups of seals, with kept strays, over books of any state."""

import io
import uuid
from io import StringIO

import pytest
from django.core.management import call_command

from ledger import inclusion
from ledger.audit import comparison, dumps, history
from ledger.audit.dumps import DumpSource
from ledger.audit.history import History
from ledger.audit.seal_log import Head, write_head
from tests.ledger.damage import damaged, make_history, verify

TRANSFER = (
    "{}\t00000000-0000-0000-0000-00000000000a\t00000000-0000-0000-0000-00000000000b\t5\tEUR"
    "\ttest\t\tsingle\t\\N\t{}\t\\N\n"
)
DUMP = """
COPY public.ledger_account (id, kind, currency, normal_side, may_go_negative, balance_minor, held_minor) FROM stdin;
00000000-0000-0000-0000-00000000000a\tsafeguard\tEUR\tdebit\tt\t0\t0
00000000-0000-0000-0000-00000000000b\ttakings\tEUR\tcredit\tt\t0\t0
\\.
COPY public.ledger_transfer (id, debit_account_id, credit_account_id, amount_minor, currency, kind, reference, phase, pending_id, posted_at, expires_at) FROM stdin;
{}\\.
COPY public.ledger_transfer (id, debit_account_id, credit_account_id, amount_minor, currency, kind, reference, phase, pending_id, posted_at, expires_at) FROM stdin;
\\.
COPY public.ledger_hold (pending_id, debit_account_id, credit_account_id, amount_minor, expires_at) FROM stdin;
\\.
COPY public.ledger_checkpoint (account_id, taken_at, debited_minor, credited_minor) FROM stdin;
\\.
COPY public.ledger_seal (number, until_at, until_id, count, root, previous_hash, hash, sealed_at) FROM stdin;
{}\\.
COPY public.ledger_sealleaves (seal_id, leaves) FROM stdin;
{}\\.
"""  # noqa: E501  as pg_dump writes it
ID = "00000000-0000-0000-0000-000000000001"
NOW = "2026-11-22 10:30:00+00"
SEAL = f"1\t{NOW}\t{ID}\t\\N\t\\\\x00\t\\\\x00\t\\\\x00\t{NOW}\n"
# The root of a tree without leaves.
NO_ROOT = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def read(transfers="", seals="", leaves="", *, report=lambda _step, _done, _total: None):
    content = DUMP.format(transfers, seals, leaves).encode()
    with DumpSource(io.BufferedReader(io.BytesIO(content)), report=report) as books:
        walk = History(books, report=report)
        return walk, {finding.subject: finding.fault for finding in walk.find_faults()}


def test_books_without_a_seal_are_sound():
    walk, faults = read(TRANSFER.format(ID, NOW))

    assert faults == {}
    assert (walk.transfers, walk.sealed, walk.seals, walk.last_number) == (1, 0, 0, 0)


def test_books_without_anything_are_sound():
    walk, faults = read()

    assert faults == {}
    assert walk.transfers == 0


def test_rows_that_have_no_place_in_time_are_told():
    walk, faults = read(TRANSFER.format("\\N", NOW) + TRANSFER.format(ID, NOW), SEAL)

    assert faults["ledger_transfer"] == "2 rows, of which 1 have a place in time"
    assert walk.transfers == 1


def test_a_seal_without_a_count_is_named():
    _walk, faults = read(TRANSFER.format(ID, NOW), SEAL)

    assert faults["seal 1"] == "neither its transfers nor its leaves have its root"


def test_an_id_that_is_none_is_named():
    before, empty = "2026-11-22 09:00:00+00", f"1\t{NOW}\t{ID}\t0\t\\\\x{NO_ROOT}"
    seal = f"{empty}\t\\\\x00\t\\\\x00\t{NOW}\n"

    _walk, faults = read(TRANSFER.format("nobody", before), seal, "1\t\\\\x\n")

    assert faults["transfer nobody"] == "added to the past: seal 1 closed that time without it"


def test_the_command_tells_of_books_without_a_seal(tmp_path):
    path, out = tmp_path / "books.sql", StringIO()
    path.write_text(DUMP.format(TRANSFER.format(ID, NOW), "", ""))

    call_command("verify_ledger", dump=str(path), heads="", stdout=out, no_color=True)

    assert out.getvalue().splitlines() == [
        "Read 1 transfers, 0 of them in 0 seals.",
        "No heads file: that the whole chain was rewritten is not seen.",
        "The ledger is sound.",
    ]


def test_a_dump_that_is_older_than_the_heads_is_sound(tmp_path):
    path, heads, out = tmp_path / "books.sql", tmp_path / "heads.jsonl", StringIO()
    path.write_text(DUMP.format(TRANSFER.format(ID, NOW), "", ""))
    heads.write_bytes(write_head(Head(7, NO_ROOT, "then")))

    call_command("verify_ledger", dump=str(path), heads=str(heads), stdout=out, no_color=True)

    assert out.getvalue().splitlines() == [
        "Read 1 transfers, 0 of them in 0 seals.",
        "The heads file goes on to seal 7.",
        "The ledger is sound.",
    ]


def test_long_steps_are_reported(monkeypatch):
    monkeypatch.setattr(history, "_REPORTED_EACH", 2)
    monkeypatch.setattr(dumps, "_REPORTED_EACH", 10)
    told = []

    transfers = "".join(TRANSFER.format(uuid.UUID(int=n), NOW) for n in range(1, 6))
    read(transfers, report=lambda *step: told.append(step))

    assert told == [
        ("reading", 10, 0),
        ("reading", 20, 0),
        ("indexes", 0, 0),
        ("transfers", 2, 5),
        ("transfers", 4, 5),
    ]


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("at_once", [1, 3, 8])
def test_groups_of_any_size_find_the_same(monkeypatch, at_once):
    monkeypatch.setattr(history, "_SEALED_AT_ONCE", at_once)
    names = make_history()
    out = f"transfer {names['out']}"

    with damaged(names):
        assert verify() == {}
    with damaged(names, "UPDATE ledger_transfer SET reference = 'x' WHERE id = '{out}'"):
        assert verify() == {out: f"changed since seal {names['first']} was made"}
    moved = "UPDATE ledger_transfer SET posted_at = '2999-01-01 00:00+00' WHERE id = '{out}'"
    with damaged(names, moved):
        assert verify()[out] == (
            f"moved in time since seal {names['first']} was made,"
            " to 2999-01-01T00:00:00.000000Z"
        )


@pytest.mark.usefixtures("committed")
def test_more_strays_than_are_kept_are_told_at_once(monkeypatch):
    monkeypatch.setattr(comparison, "_KEPT_MAX", 1)
    names = make_history()
    gone = "DELETE FROM ledger_transfer WHERE id IN ('{more}', '{last}')"
    new = """
        INSERT INTO ledger_transfer (id, debit_account_id, credit_account_id, amount_minor,
                                     currency, kind, reference, posted_at)
        SELECT gen_random_uuid(), '{bank}', '{other}', 1, 'EUR', 'new', '',
               posted_at - interval '1 us'
          FROM ledger_transfer, generate_series(1, 3) WHERE id = '{last}'
    """

    with damaged(names, new, gone):
        told = list(verify().values())

    assert told.count(f"missing: seal {names['second']} has it") == 2
    added = f"added to the past: seal {names['second']} closed that time without it"
    assert told.count(added) == 3


def test_an_id_that_only_looks_like_a_leaf_s_is_passed_over():
    wanted, hashed = uuid.UUID(int=7), bytes(16) + uuid.UUID(int=7).bytes
    leaves = uuid.UUID(int=1).bytes + hashed + wanted.bytes + bytes(32)

    assert inclusion._find_leaf(leaves, wanted) == 1
    assert inclusion._find_leaf(leaves[:48], wanted) is None
    assert inclusion._find_leaf(b"", wanted) is None
