"""The bank's folder: its books, its settings, and the two folders that files go through."""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from demo.bank.accounts import make_iban
from demo.bank.camt import Holder
from demo.bank.store import Store

_SETTINGS = "settings.json"
# The bank's own account, from which invented money comes and to which charges go.
HOUSE = Holder(iban=make_iban(0), name="Demo Bank")
OPERATOR_IBAN = make_iban(1000)
OPERATOR_NAME = "Harbour Payments (demo)"


class BankClosed(Exception):
    """The bank has not been told whose account it keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the bank is told: the operator's account, and what was on it at the beginning."""

    iban: str = OPERATOR_IBAN
    name: str = OPERATOR_NAME
    opening_minor: int = 0
    # The IBANs and names of customers whose accounts are there from the beginning.
    customers: tuple[tuple[str, str], ...] = ()


def write_settings(folder: Path, settings: Settings) -> None:
    """Write whose account the bank of this folder keeps, which opens it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _replace(folder / _SETTINGS, json.dumps(asdict(settings), indent=1).encode())


def read_clock() -> datetime:
    """Return the time in UTC."""
    return datetime.fromtimestamp(time.time(), UTC)


class Branch:
    """What every part of the bank works with.

    The bank's day begins as the clock's and never falls behind it; whoever ends it by hand is
    ahead of the clock.
    """

    def __init__(self, folder: Path, *, clock: Callable[[], datetime] = read_clock) -> None:
        try:
            settings = json.loads((folder / _SETTINGS).read_bytes())
        except FileNotFoundError:
            raise BankClosed(f"There is no {_SETTINGS} in {folder}.") from None
        self.clock = clock
        self.outbox, self.inbox = folder / "outbox", folder / "inbox"
        self.taken = folder / "taken"
        for each in (self.outbox, self.inbox, self.taken):
            each.mkdir(mode=0o700, exist_ok=True)
        self.store = Store(folder / "bank.sqlite3")
        self._open(Settings(**settings))

    @property
    def day(self) -> date:
        """Return the bank's day."""
        return date.fromisoformat(self.store.read_fact("day"))

    @property
    def operator(self) -> Holder:
        """Return the account of Tessera's operator."""
        fact = self.store.read_fact
        return Holder(iban=fact("operator_iban"), name=fact("operator_name"))

    def count_up(self, name: str) -> int:
        """Return the next number of this kind; the first is 1."""
        number = int(self.store.read_fact(name) or 0) + 1
        self.store.keep_fact(name, str(number))
        return number

    def know(self, iban: str, name: str) -> None:
        """Open an account on demand; one that is there keeps its name."""
        self.store.do(
            "INSERT OR IGNORE INTO account VALUES (:iban, :name)", iban=iban, name=name
        )

    def list_names(self) -> dict[str, str]:
        """Return whose each account is, in the order in which they were opened."""
        rows = self.store.all("SELECT iban, name FROM account ORDER BY rowid")
        return {row["iban"]: row["name"] for row in rows}

    def keep_file(self, name: str, content: bytes, *, due_on: date) -> None:
        """Keep a file for the inbox, to be delivered from this day on."""
        self.store.insert("file", name=name, content=content, due_on=str(due_on))

    def deliver(self) -> int:
        """Write into the inbox what is due; return how many files.

        A file appears under its name only when it is whole. Killed in between, it is written
        again, and is the same. Of two that deliver at once one waits for the other: else half
        a file might come after the whole one.
        """
        if not self._list_due():
            return 0
        with self.store.write():
            due = self._list_due()
            for number, name in due:
                row = self.store.one("SELECT content FROM file WHERE id = :id", id=number)
                assert row is not None
                _replace(self.inbox / name, row["content"])
                self.store.do("UPDATE file SET is_written = 1 WHERE id = :id", id=number)
        return len(due)

    def close(self) -> None:
        """Close the books' file."""
        self.store.close()

    def _list_due(self) -> list[tuple[int, str]]:
        rows = self.store.all(
            "SELECT id, name FROM file WHERE is_written = 0 AND due_on <= :day ORDER BY id",
            day=str(self.day),
        )
        return [(row["id"], row["name"]) for row in rows]

    def _open(self, settings: Settings) -> None:
        if self.store.read_fact("day"):
            return
        with self.store.write():
            if self.store.read_fact("day"):
                return
            today = self.clock().date()
            self.store.keep_fact("day", str(today))
            self.store.keep_fact("operator_iban", settings.iban)
            self.store.keep_fact("operator_name", settings.name)
            # What was there before the first statement is the balance that it opens with.
            self.store.keep_fact("closing", str(settings.opening_minor))
            self.store.keep_fact("opening", str(settings.opening_minor))
            self.know(settings.iban, settings.name)
            self.know(HOUSE.iban, HOUSE.name)
            for iban, name in settings.customers:
                self.know(iban, name)


@contextmanager
def open_branch(
    folder: Path, *, clock: Callable[[], datetime] = read_clock
) -> Iterator[Branch]:
    """Work with the bank of a folder while the block lasts.

    Raises:
        BankClosed: it has no settings.
    """
    branch = Branch(folder, clock=clock)
    try:
        yield branch
    finally:
        branch.close()


def _replace(path: Path, content: bytes) -> None:
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    new.write_bytes(content)
    new.replace(path)
