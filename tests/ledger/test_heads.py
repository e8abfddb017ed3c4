"""The heads file: a line for each seal, by which a chain that was made anew is found."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ledger.audit import verification
from ledger.audit.seal_log import Head, Heads, read_head, write_head
from ledger.errors import HeadsDiffer, HeadUnreadable
from ledger.models import Seal
from ledger.seals import seal_ledger
from tests.ledger.damage import damaged, make_history, rewrite_chain, verify

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def heads_file(settings, tmp_path):
    """The file that `seal_ledger` adds to in this test."""
    path = tmp_path / "heads.jsonl"
    settings.LEDGER_HEADS_FILE = str(path)
    return path


def list_seals():
    return [
        {
            "number": seal.number,
            "hash": seal.hash.hex(),
            "sealed_at": seal.sealed_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }
        for seal in Seal.objects.order_by("number")
    ]


def read_lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_each_seal_adds_a_line(heads_file):
    make_history()
    before = read_lines(heads_file)
    assert before == list_seals()

    make_history()

    lines = read_lines(heads_file)
    assert lines[: len(before)] == before
    assert lines == list_seals()


def test_a_file_that_lacks_heads_gets_them(heads_file):
    make_history()
    seal_ledger()
    whole = heads_file.read_bytes()
    heads_file.write_bytes(b"".join(whole.splitlines(keepends=True)[:-2]))

    assert seal_ledger() == []

    assert heads_file.read_bytes() == whole


@pytest.mark.parametrize("left", [1, 40, -1], ids=["begun", "in the middle", "no new line"])
def test_a_line_that_was_cut_off_is_written_again_and_is_no_fault(heads_file, left):
    make_history()
    seal_ledger()
    *lines, last = heads_file.read_bytes().splitlines(keepends=True)
    heads_file.write_bytes(b"".join(lines) + last[:left])
    assert verify(heads_file) == {}

    seal_ledger()

    assert heads_file.read_bytes() == b"".join(lines) + last[:left] + b"\n" + last
    assert verify(heads_file) == {}


def test_the_file_is_not_everybody_s(heads_file):
    make_history()

    assert heads_file.stat().st_mode & 0o777 == 0o640


def test_a_head_that_the_ledger_has_otherwise_stops_the_file(heads_file):
    make_history()
    *lines, last = heads_file.read_bytes().splitlines(keepends=True)
    head = read_head(last.rstrip())
    other = write_head(Head(head.number, "0" * 64, head.sealed_at))
    heads_file.write_bytes(b"".join(lines) + other)

    with pytest.raises(HeadsDiffer, match=f"another seal {head.number} than the ledger"):
        seal_ledger()
    with pytest.raises(CommandError, match=f"another seal {head.number} than the ledger"):
        call_command("seal_ledger", stdout=StringIO())

    assert heads_file.read_bytes() == b"".join(lines) + other


def test_a_head_of_a_seal_that_is_gone_stops_the_file(heads_file):
    make_history()
    [*_, last] = list_seals()
    with heads_file.open("ab") as file:
        file.write(write_head(Head(last["number"] + 1, last["hash"], last["sealed_at"])))

    with pytest.raises(HeadsDiffer, match=f"another seal {last['number'] + 1} than"):
        seal_ledger()


def test_a_line_that_is_no_head_stops_the_file(heads_file):
    heads_file.write_bytes(b"a note of mine\n")

    with pytest.raises(HeadUnreadable, match="a line that is not a head: b'a note of"):
        seal_ledger()

    assert heads_file.read_bytes() == b"a note of mine\n"


NO_HEADS = {
    "no JSON": b"x",
    "a list": b"[1]",
    "no hash": b'{"number": 1, "sealed_at": ""}',
    "number as text": b'{"number": "1", "hash": "' + b"0" * 64 + b'", "sealed_at": ""}',
    "number is true": b'{"number": true, "hash": "' + b"0" * 64 + b'", "sealed_at": ""}',
    "a short hash": b'{"number": 1, "hash": "00", "sealed_at": ""}',
    "a large hash": b'{"number": 1, "hash": "' + b"A" * 64 + b'", "sealed_at": ""}',
    "another order": b'{"hash": "' + b"0" * 64 + b'", "number": 1, "sealed_at": ""}',
    "a space more": b'{"number":  1, "hash": "' + b"0" * 64 + b'", "sealed_at": ""}',
}


@pytest.mark.parametrize("line", NO_HEADS.values(), ids=NO_HEADS)
def test_only_a_whole_head_is_read(line):
    with pytest.raises(HeadUnreadable):
        read_head(line)


def test_a_chain_made_anew_fits_itself_and_not_the_heads(heads_file):
    names = make_history()
    changed = "UPDATE ledger_transfer SET reference = 'x' WHERE id = '{out}'"

    with damaged(names, changed):
        rewrite_chain(since=int(names["first"]))
        assert verify() == {}
        faults = verify(heads_file)

    assert list(faults) == [f"seal {names['first']}", f"seal {names['second']}"]
    for fault in faults.values():
        assert fault.startswith("another than the one the heads file knows, of 20")


def test_the_last_seal_made_anew_is_found(heads_file):
    names = make_history()
    changed = "UPDATE ledger_transfer SET reference = 'x' WHERE id = '{last}'"

    with damaged(names, changed):
        rewrite_chain(since=int(names["second"]))
        assert verify() == {}
        faults = verify(heads_file)

    assert list(faults) == [f"seal {names['second']}"]


def test_a_seal_made_anew_alone_is_found_by_the_next():
    names = make_history()
    changed = "UPDATE ledger_transfer SET reference = 'x' WHERE id = '{out}'"

    with damaged(names, changed):
        rewrite_chain(since=int(names["first"]), until=int(names["first"]))
        faults = verify()

    assert faults == {
        f"seal {names['second']}": f"it was made after another seal {names['first']}"
        " than the one here"
    }


def test_seals_that_were_cut_off_are_found(heads_file):
    names = make_history()
    cut = (
        "DELETE FROM ledger_sealleaves WHERE seal_id >= {first}",
        "DELETE FROM ledger_seal WHERE number >= {first}",
    )

    with damaged(names, *cut):
        assert verify() == {}
        faults = verify(heads_file)

    gone = f"seals {names['first']} to {names['second']}"
    assert faults == {gone: "missing: the heads file has them"}


def test_a_seal_that_is_gone_is_missed_by_the_heads_too(heads_file):
    names = make_history()
    first = names["first"]

    with damaged(names, "DELETE FROM ledger_seal WHERE number = {first}"):
        faults = verify(heads_file)

    assert faults[f"seal {first}"].endswith("missing: the heads file has it")


@pytest.mark.parametrize("at_once", [1, 1000])
def test_a_line_that_is_no_head_is_a_fault(heads_file, monkeypatch, at_once):
    monkeypatch.setattr(verification, "_AT_ONCE", at_once)
    make_history()
    count = len(read_lines(heads_file))
    with heads_file.open("ab") as file:
        file.write(b"not a head\n\n")

    assert verify(heads_file) == {
        f"line {count + 1} of the heads file": "it is not a head",
        f"line {count + 2} of the heads file": "it is not a head",
    }


def test_heads_of_seals_made_meanwhile_are_no_fault(heads_file):
    make_history()
    heads = Heads(heads_file)
    before = len(read_lines(heads_file))

    make_history()

    assert len(list(heads.read())) == before
