"""The bank's own books: an SQLite file that the bank's process and its pages share."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

_PATIENCE_S = 10
# A transfer's life: waiting or pending -> booked, gone or refused, on the day `turns_on`.
_TABLES = """
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS account (iban TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS transfer (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    form_id TEXT UNIQUE,
    asked TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    turns_on TEXT NOT NULL DEFAULT '',
    turns_into TEXT NOT NULL DEFAULT '',
    day TEXT NOT NULL DEFAULT '',
    made_at TEXT NOT NULL,
    payer TEXT NOT NULL,
    payer_name TEXT NOT NULL,
    payee TEXT NOT NULL,
    payee_name TEXT NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    end_to_end_id TEXT NOT NULL DEFAULT '',
    reference TEXT NOT NULL DEFAULT '',
    remittance TEXT NOT NULL DEFAULT '',
    code TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '',
    run TEXT NOT NULL DEFAULT '',
    batch INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS transfer_of_day ON transfer (day, id);
CREATE INDEX IF NOT EXISTS transfer_that_turns ON transfer (turns_on) WHERE turns_on <> '';
CREATE INDEX IF NOT EXISTS transfer_of_message ON transfer (message, id);
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL,
    file_name TEXT NOT NULL,
    stamp TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL,
    taken_on TEXT NOT NULL,
    status TEXT NOT NULL,
    is_answered INTEGER NOT NULL,
    code TEXT NOT NULL DEFAULT '',
    said TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS message_by_id ON message (message_id);
CREATE TABLE IF NOT EXISTS file (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    content BLOB NOT NULL,
    due_on TEXT NOT NULL,
    is_written INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS file_to_write ON file (due_on) WHERE is_written = 0;
CREATE TABLE IF NOT EXISTS wish (topic TEXT PRIMARY KEY, mood TEXT NOT NULL);
"""


class Store:
    """A connection to the bank's file; every thread opens its own."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None)
        self.connection.row_factory = sqlite3.Row
        # Invented money survives a crash of the process; of the machine it need not.
        self.connection.execute("PRAGMA synchronous = OFF")
        self.connection.executescript(_TABLES)

    @contextlib.contextmanager
    def write(self) -> Iterator[None]:
        """Do all of the block or nothing; others that write wait."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def all(self, statement: str, **values: object) -> list[sqlite3.Row]:
        """Return every row of a query."""
        return self.connection.execute(statement, values).fetchall()

    def one(self, statement: str, **values: object) -> sqlite3.Row | None:
        """Return the first row of a query."""
        row: sqlite3.Row | None = self.connection.execute(statement, values).fetchone()
        return row

    def sum(self, statement: str, **values: object) -> int:
        """Return the only number of a query; 0 for none."""
        row = self.one(statement, **values)
        return int(row[0] or 0) if row else 0

    def do(self, statement: str, **values: object) -> int:
        """Run a statement; return the id of the row it inserted."""
        return self.connection.execute(statement, values).lastrowid or 0

    def insert(self, table: str, **values: object) -> int:
        """Insert a row of these columns; return its id."""
        columns, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
        statement = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608  names of ours
        return self.do(statement, **values)

    def read_fact(self, name: str) -> str:
        """Return a kept fact; empty if there is none."""
        row = self.one("SELECT value FROM fact WHERE name = :name", name=name)
        return str(row["value"]) if row else ""

    def keep_fact(self, name: str, value: str) -> None:
        """Keep a fact, in the place of its earlier value."""
        self.do("INSERT OR REPLACE INTO fact VALUES (:name, :value)", name=name, value=value)

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()
