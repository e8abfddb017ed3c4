"""Any sealed transfer is proved to somebody who has nothing but one small script."""

import hashlib
import json
import runpy
import subprocess
import sys
import uuid
from types import SimpleNamespace

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.audit.seal_log import Head, write_head
from ledger.inclusion import find_seal, prove_transfer
from ledger.models import Seal, Transfer
from servers.programs import ROOT
from tests.ledger.damage import damaged, make_history, rewrite_chain

SCRIPT = ROOT / "docs" / "verify_receipt.py"
SEALED = ["in", "out", "held", "waiting", "freed", "ended", "canceled", "more", "last"]


@pytest.fixture(scope="module")
def names(django_db_setup, django_db_blocker):
    """Sealed history, and a name for each row of it."""
    with django_db_blocker.unblock():
        yield make_history()
        connection.close()


@pytest.fixture(scope="module")
def verifier():
    """The script's own functions, for what would take too many processes."""
    return SimpleNamespace(**runpy.run_path(str(SCRIPT)))


@pytest.fixture(scope="module")
def flip_byte(names):
    """Return the proof of a payment with another byte somewhere in it."""
    proof = prove(names)
    return lambda nth, change: (
        proof[: (at := nth % len(proof))] + bytes([proof[at] ^ change]) + proof[at + 1 :]
    )


def prove(names, name="out"):
    proof = prove_transfer(uuid.UUID(names[name]))
    assert proof is not None
    return proof


def seal_of(names, number="first"):
    return Seal.objects.get(number=int(names[number]))


def run_script(proof, *options):
    command = [sys.executable, "-I", str(SCRIPT), "-", *options]
    return subprocess.run(command, input=proof, capture_output=True, check=False)


def refuse(verifier, proof):
    with pytest.raises(verifier.NotProved) as refusal:
        verifier.check_proof(verifier.read_proof(proof))
    return str(refusal.value)


def change(proof, **values):
    return write_canonical(json.loads(proof) | values)


def write_canonical(content):
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.usefixtures("committed")
def test_the_script_prints_what_was_proved(names):
    seal = seal_of(names)
    transfer = Transfer.objects.get(pk=names["out"])

    answer = run_script(prove(names))

    instant = "%Y-%m-%dT%H:%M:%S.%fZ"
    assert answer.stderr == b""
    assert answer.stdout.decode().splitlines() == [
        "PROVED: this transfer is in the sealed books.",
        "  amount      300 minor units of EUR",
        f"  instant     {transfer.posted_at.strftime(instant)}",
        "  what        test, single",
        "  reference   a reference",
        f"  transfer    {names['out']}",
        f"  from        {names['wallet']}",
        f"  to          {names['other']}",
        f"  seal        {seal.number}, of 7 transfers, made {seal.sealed_at.strftime(instant)}",
        f"  root        {seal.root.hex()}",
        f"  seal's hash {seal.hash.hex()}",
        "Hold the seal's hash against one you trust: --head or --heads.",
    ]
    assert answer.returncode == 0


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("name", SEALED)
def test_each_sealed_transfer_has_a_proof(names, name, verifier):
    proof = verifier.read_proof(prove(names, name))

    verifier.check_proof(proof)

    number = "first" if name not in {"more", "last"} else "second"
    assert proof["transfer"]["id"] == names[name]
    assert proof["seal_hash"] == seal_of(names, number).hash.hex()
    assert find_seal(uuid.UUID(names[name])) == int(names[number])


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("name", ["fresh", "nobody"])
def test_what_is_not_sealed_has_no_proof(names, name):
    assert prove_transfer(uuid.UUID(names[name])) is None
    assert find_seal(uuid.UUID(names[name])) is None


@pytest.mark.usefixtures("committed")
def test_the_seal_is_held_against_a_head(names, tmp_path):
    seal = seal_of(names)
    heads = tmp_path / "heads.jsonl"
    heads.write_bytes(write_head(Head(seal.number, seal.hash.hex(), "")))

    known = [["--head", seal.hash.hex().upper()], ["--heads", str(heads)]]

    for options in known:
        answer = run_script(prove(names), *options)
        assert answer.stdout.decode().splitlines()[-1] == "The seal's hash is the one you know."
        assert answer.returncode == 0


HEADS = {
    "another hash": ('{"number": N, "hash": "00"}\n', "is known with another hash, 00"),
    "no such seal": ('{"number": 0, "hash": "00"}\nx\n[]\n', "does not know seal N"),
    "no hash": ('{"number": N}\n', "does not know seal N"),
    "two hashes": (
        '{"number": N, "hash": "00"}\n{"number": N, "hash": "01"}\n',
        "has two hashes of seal N",
    ),
}


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize(("lines", "told"), HEADS.values(), ids=HEADS)
def test_another_head_proves_nothing(names, lines, told, tmp_path):
    heads = tmp_path / "heads.jsonl"
    heads.write_text(lines.replace("N", names["first"]))

    answer = run_script(prove(names), "--heads", str(heads))

    assert answer.stdout.decode().startswith("NOT PROVED: ")
    assert told.replace("N", names["first"]) in answer.stdout.decode()
    assert answer.returncode == 1


@pytest.mark.usefixtures("committed")
def test_a_seal_made_anew_proves_nothing_to_who_has_the_old_head(names):
    before = seal_of(names).hash.hex()
    changed = "UPDATE ledger_transfer SET amount_minor = 3 WHERE id = '{out}'"

    with damaged(names, changed):
        rewrite_chain(since=int(names["first"]))
        forged = prove(names)

    assert run_script(forged).returncode == 0
    assert run_script(forged, "--head", before).returncode == 1


@pytest.mark.usefixtures("committed")
def test_a_changed_transfer_has_a_proof_that_is_refused(names, verifier):
    with damaged(names, "UPDATE ledger_transfer SET amount_minor = 3 WHERE id = '{out}'"):
        proof = prove(names)

    assert refuse(verifier, proof).startswith("the transfer is not in the seal")


@pytest.mark.usefixtures("committed")
def test_a_transfer_that_the_leaves_lack_has_no_proof(names):
    moved = "UPDATE ledger_transfer SET id = '{nobody}' WHERE id = '{out}'"

    with damaged(names, moved):
        assert prove_transfer(uuid.UUID(names["nobody"])) is None


@settings(max_examples=300, deadline=None)
@given(nth=st.integers(min_value=0), other=st.integers(1, 255))
def test_any_changed_byte_is_refused(flip_byte, verifier, nth, other):
    refuse(verifier, flip_byte(nth, other))


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("at", [0, 20, -1], ids=["begin", "middle", "end"])
def test_the_script_refuses_a_changed_byte(names, at):
    proof = bytearray(prove(names))
    proof[at] ^= 1

    answer = run_script(bytes(proof))

    assert answer.stdout.decode().startswith("NOT PROVED: ")
    assert answer.stderr == b""
    assert answer.returncode == 1


@pytest.mark.usefixtures("committed")
def test_what_is_no_proof_is_refused(names, verifier):
    proof = prove(names)
    content = json.loads(proof)
    seal, transfer = content["seal"], content["transfer"]

    refusals = {
        b"": "the file is damaged, or is no proof",
        b"\xff": "the file is damaged, or is no proof",
        b"[" * 100_000: "the file is damaged, or is no proof",
        b'"\\ud800"': "the file is damaged, or is no proof",
        b"[]": "the file was changed, or is no proof",
        proof + b"\n": "the file was changed, or is no proof",
        proof.replace(b":", b": ", 1): "the file was changed, or is no proof",
        change(proof, more=1): "the file was changed, or is no proof",
        change(proof, format="tessera-proof-2"): "it is a proof of another format",
        change(proof, seal=[]): "it is a proof of another format",
        change(proof, transfer=[]): "it is of a seal of another format",
        change(proof, seal=seal | {"format": ""}): "it is of a seal of another format",
        change(proof, path={}): "there is a hash in it that is none",
        change(proof, path=["00"]): "there is a hash in it that is none",
        change(proof, seal_hash=None): "there is a hash in it that is none",
        change(proof, leaf_index=True): "there is a number in it that is none",
        change(proof, seal=seal | {"count": "7"}): "there is a number in it that is none",
    }
    for wrong, told in refusals.items():
        assert refuse(verifier, wrong) == told

    elsewhere = "the transfer is not in the seal: its path leads to another root"
    for values in (
        {"leaf_index": content["leaf_index"] + 1},
        {"leaf_index": 7},
        {"leaf_index": -1},
        {"path": content["path"][1:]},
        {"path": [*content["path"], "0" * 64]},
        {"path": content["path"][::-1]},
        {"seal": seal | {"root": "0" * 64}},
        {"transfer": transfer | {"amount_minor": 300}},
    ):
        assert refuse(verifier, change(proof, **values)) == elsewhere
    for changed in ({"sealed_at": "2026-11-22T00:00:00.000000Z"}, {"count": 8}):
        other = change(proof, seal=seal | changed)
        assert refuse(verifier, other) == "the seal does not have its hash"


def test_what_a_terminal_would_obey_is_not_printed():
    transfer = dict.fromkeys(
        ["credit_account_id", "debit_account_id", "expires_at", "pending_id"], "x"
    )
    transfer |= {"amount_minor": "1", "currency": "EUR", "id": "x", "kind": "k", "phase": "p"}
    transfer |= {"posted_at": "x", "reference": "\x1b[2Jnothing"}
    root = hashlib.sha256(b"\x00" + write_canonical(transfer)).hexdigest()
    seal = {"count": 1, "format": "tessera-seal-1", "number": 1, "previous_hash": "0" * 64}
    seal |= {"root": root, "sealed_at": "", "until_at": "", "until_id": ""}
    proof = {"format": "tessera-proof-1", "leaf_index": 0, "path": [], "seal": seal}
    proof |= {"transfer": transfer}
    proof |= {"seal_hash": hashlib.sha256(write_canonical(seal)).hexdigest()}

    answer = run_script(write_canonical(proof))

    assert b"reference   '\\x1b[2Jnothing'\n" in answer.stdout
    assert answer.returncode == 0


def test_a_file_that_is_not_there_is_told():
    answer = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), "/nonexistent.json"],
        capture_output=True,
        check=False,
    )

    assert b"NOT PROVED: [Errno 2] No such file or directory" in answer.stdout
    assert answer.returncode == 1
