"""The books as a plain `pg_dump` holds them, read without PostgreSQL; standard library only.

The rows of the ledger's tables go through a temporary SQLite file, so memory stays small.
"""

import gzip
import io
import re
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from ledger.audit.canonical import TRANSFER_COLUMNS, write_instant
from ledger.audit.source import Report, Row
from ledger.errors import DumpUnreadable

_TABLES = {
    "ledger_account": {"id", "kind", "currency", "normal_side", "may_go_negative"}
    | {"balance_minor", "held_minor"},
    "ledger_transfer": set(TRANSFER_COLUMNS),
    "ledger_hold": {"pending_id", "debit_account_id", "credit_account_id"}
    | {"amount_minor", "expires_at"},
    "ledger_checkpoint": {"account_id", "taken_at", "debited_minor", "credited_minor"},
    "ledger_seal": {"number", "until_at", "until_id", "count", "root", "previous_hash"}
    | {"hash", "sealed_at"},
    "ledger_sealleaves": {"seal_id", "leaves"},
}
_INSTANTS = {"posted_at", "expires_at", "taken_at", "until_at", "sealed_at"}
_NUMBERS = {"number", "count", "seal_id"}
_AMOUNTS = {name for names in _TABLES.values() for name in names if name.endswith("_minor")}
_INDEXES = """
    CREATE INDEX of_time ON ledger_transfer (posted_at, id);
    CREATE INDEX of_id ON ledger_transfer (id);
    CREATE INDEX of_pending ON ledger_transfer (pending_id) WHERE pending_id IS NOT NULL;
    CREATE INDEX of_debit ON ledger_transfer (debit_account_id, posted_at);
    CREATE INDEX of_credit ON ledger_transfer (credit_account_id, posted_at);
    CREATE INDEX of_account ON ledger_account (id);
    CREATE INDEX of_seal ON ledger_seal (number);
    CREATE INDEX of_leaves ON ledger_sealleaves (seal_id);
    CREATE INDEX of_hold ON ledger_hold (pending_id);
"""
# Tables in other schemas are copies that the application does not use.
_COPY = re.compile(r'COPY (?:"?public"?\.)?"?(ledger_[a-z]+)"? \(([a-z_", ]+)\) FROM stdin;\n')
_ENCODING = re.compile(r"SET client_encoding = '(.+)';\n")
_NUMBER = re.compile("0|-?[1-9][0-9]{0,17}")
_AMOUNT = re.compile("0|-?[1-9][0-9]{0,39}")
_END = "\\.\n"
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_REPORTED_EACH = 8192
_GZIPPED, _CUSTOM = b"\x1f\x8b", b"PGDMP"


class DumpSource:
    """The books of one dump, open while the block lasts."""

    earliest = ""
    total = "total_of"

    def __init__(self, stream: io.BufferedReader, *, report: Report) -> None:
        """Read the dump, plain or gzipped.

        Raises:
            DumpUnreadable: it is none, is cut off, or lacks one of the ledger's tables.
        """
        self._folder = tempfile.TemporaryDirectory(prefix="tessera-verify-")
        self._rows = sqlite3.connect(Path(self._folder.name) / "books.sqlite3")
        # Typeshed wants an integer; SQLite's are too small for the sum of many.
        self._rows.create_aggregate(self.total, 1, _Total)  # type: ignore[arg-type]
        # A temporary file: nothing has to survive a crash.
        self._rows.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        try:
            with _open_text(stream) as lines:
                _Loader(self._rows, report=report).load(lines)
        except (EOFError, gzip.BadGzipFile, zlib.error) as failure:
            self._close()
            raise DumpUnreadable(f"The dump cannot be unpacked: {failure}") from failure
        except BaseException:
            self._close()
            raise

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove the temporary file."""
        self._close()

    def read(self, question: str, values: Sequence[str | int] = ()) -> Iterator[Row]:
        """Yield the rows of an answer; `%s` stands for a value."""
        for row in self._rows.execute(question.replace("%s", "?"), values):
            yield [None if value is None else str(value) for value in row]

    def _close(self) -> None:
        self._rows.close()
        self._folder.cleanup()


class _Total:
    def __init__(self) -> None:
        self._sum = 0

    def step(self, value: str | int | None) -> None:
        self._sum += int(value or 0)

    def finalize(self) -> str:
        return str(self._sum)


class _Loader:
    def __init__(self, rows: sqlite3.Connection, *, report: Report) -> None:
        self._rows = rows
        self._report = report
        self._line = 0
        self._seen: set[str] = set()

    def load(self, lines: io.TextIOBase) -> None:
        numbered = self._count(lines)
        for line in numbered:
            encoding = _ENCODING.fullmatch(line)
            if encoding is not None and encoding[1] != "UTF8":
                raise DumpUnreadable(
                    f"The dump is written in {encoding[1]}; pg_dump --encoding=UTF8 makes one"
                    " that can be read."
                )
            if not line.startswith("COPY "):
                continue
            block = _COPY.fullmatch(line)
            if block is None or block[1] not in _TABLES:
                for _other in self._take_block(numbered):
                    pass
            else:
                self._load_table(block[1], block[2], self._take_block(numbered))
        missing = sorted(set(_TABLES) - self._seen)
        if missing:
            raise DumpUnreadable(
                f"The dump has no rows of {', '.join(missing)}. It has to be a plain pg_dump"
                " with data, not made with --inserts, of a database with seals."
            )
        self._report("indexes", 0, 0)
        self._rows.executescript(_INDEXES)

    def _count(self, lines: io.TextIOBase) -> Iterator[str]:
        for line in lines:
            self._line += 1
            if self._line % _REPORTED_EACH == 0:
                self._report("reading", self._line, 0)
            yield line

    def _take_block(self, lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            if line == _END:
                return
            yield line
        raise DumpUnreadable(f"The dump ends in the middle of a table, at line {self._line}.")

    def _load_table(self, table: str, header: str, lines: Iterator[str]) -> None:
        columns = [name.strip(' "') for name in header.split(",")]
        lacking = sorted(_TABLES[table] - set(columns))
        if lacking:
            raise DumpUnreadable(f"In the dump {table} has no {', '.join(lacking)}.")
        names = ", ".join(f'"{name}"' for name in columns)
        if table not in self._seen:
            self._rows.execute(f"CREATE TABLE {table} ({names})")
        self._seen.add(table)
        places = ", ".join("?" * len(columns))
        self._rows.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({places})",  # noqa: S608  read by _COPY
            (self._read_row(line, columns) for line in lines),
        )

    def _read_row(self, line: str, columns: list[str]) -> list[str | int | None]:
        fields = read_fields(line)
        if len(fields) != len(columns):
            raise DumpUnreadable(f"Line {self._line} of the dump is not a row of its table.")
        values: list[str | int | None] = []
        for name, field in zip(columns, fields, strict=True):
            if field is None:
                values.append(None)
            elif name in _INSTANTS:
                values.append(write_instant(field))
            elif name in _NUMBERS:
                values.append(int(self._check(field, _NUMBER, name)))
            elif name in _AMOUNTS:
                values.append(self._check(field, _AMOUNT, name))
            else:
                values.append(field)
        return values

    def _check(self, field: str, pattern: re.Pattern[str], name: str) -> str:
        if not pattern.fullmatch(field):
            raise DumpUnreadable(f"Line {self._line} of the dump: {name} is no number.")
        return field


def read_fields(line: str) -> list[str | None]:
    """Read a line of COPY's text format."""
    return [
        field
        if "\\" not in field
        else None
        if field == "\\N"
        else _ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]), field)
        for field in line.removesuffix("\n").split("\t")
    ]


def _open_text(stream: io.BufferedReader) -> io.TextIOWrapper:
    begin = stream.peek(len(_CUSTOM))
    if begin.startswith(_CUSTOM):
        raise DumpUnreadable(
            "This is a dump in PostgreSQL's own format. Let pg_restore write it out:"
            " pg_restore -f - FILE | manage.py verify_ledger --from -"
        )
    plain = gzip.GzipFile(fileobj=stream) if begin.startswith(_GZIPPED) else stream
    # Invalid UTF-8 is kept in a form that has another hash.
    return io.TextIOWrapper(plain, encoding="utf-8", errors="backslashreplace", newline="\n")
