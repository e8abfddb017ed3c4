"""The bank as its process, its pages and tests use it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from demo.bank import days, desk, transfers
from demo.bank.branch import Branch, open_branch, read_clock
from demo.bank.moods import Choose, Mood, Topic, behave


class Bank:
    """One bank in one folder: `outbox` holds what it is sent, `inbox` what it answers.

    It does everything well but for the wishes made of it and for what its temper decides, which
    may be a `Temper` with a seed. It sends no file by itself: each verb delivers what is due.
    """

    def __init__(self, branch: Branch, *, choose: Choose = behave) -> None:
        self.branch = branch
        self.temper = choose

    @property
    def day(self) -> date:
        """Return the bank's day."""
        return self.branch.day

    @property
    def balance_minor(self) -> int:
        """Return what is on the operator's account now."""
        return days.read_balance(self.branch)

    def run_round(self) -> None:
        """Do what a bank does by itself: end days that are over, take files, deliver."""
        days.catch_up(self.branch, choose=self._choose)
        desk.take_files(self.branch, choose=self._choose)
        self.branch.deliver()

    def send_transfer(self, transfer: transfers.Transfer, *, mood: Mood = Mood.WELL) -> int:
        """Move a customer's money; return the transfer's number."""
        number = transfers.send_transfer(self.branch, transfer, choose=self._choose, mood=mood)
        self.branch.deliver()
        return number

    def end_day(self) -> None:
        """End the bank's day now: its statement is delivered, and the next day begins."""
        days.end_day(self.branch, choose=self._choose)
        self.branch.deliver()

    def wish(self, topic: Topic, mood: Mood) -> None:
        """Ask for a mood in the next such thing; WELL takes the wish back."""
        self.branch.store.do(
            "INSERT OR REPLACE INTO wish VALUES (:topic, :mood)", topic=topic, mood=mood
        )

    def read_wishes(self) -> dict[Topic, Mood]:
        """Return the wishes that wait."""
        rows = self.branch.store.all("SELECT topic, mood FROM wish WHERE mood <> 'well'")
        return {Topic(row["topic"]): Mood(row["mood"]) for row in rows}

    def _choose(self, topic: Topic, key: str) -> Mood:
        wished = self.read_wishes().get(topic)
        if wished is None:
            return self.temper(topic, key)
        self.wish(topic, Mood.WELL)
        return wished


@contextmanager
def open_bank(
    folder: Path,
    *,
    choose: Choose = behave,
    clock: Callable[[], datetime] = read_clock,
) -> Iterator[Bank]:
    """Open the bank of a folder while the block lasts.

    Raises:
        BankClosed: it has no settings yet.
    """
    with open_branch(folder, clock=clock) as branch:
        yield Bank(branch, choose=choose)
