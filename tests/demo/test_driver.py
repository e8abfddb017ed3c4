"""The driver passes books that are right, and fails books that have one fault."""

import os

import pytest

from demo.bank.moods import Temper
from tests.demo.driver import Driver
from tests.demo.plain_books import PlainBooks

OPENING = 100_000
STEPS = int(os.environ.get("TESSERA_BANK_STEPS", "300"))


def drive(open_here, books, *, seed, steps=STEPS):
    with open_here(Temper(seed, rate=0.3)) as bank:
        driver = Driver(bank, books(bank, opening_minor=OPENING), seed=seed)
        driver.run(steps=steps)
        driver.settle()
        driver.compare()
        return driver


class ForgetsFiles(PlainBooks):
    """Takes a file again, and would be right."""

    def is_known_file(self, _stamp):
        return False


class ForgetsEntries(PlainBooks):
    """Counts an entry of every file that has it."""

    def is_known_entry(self, _reference):
        return False


class BelievesPending(PlainBooks):
    """Counts what is only announced."""

    def counts(self, _state):
        return True


class BelievesAnything(PlainBooks):
    """Credits an unknown reference to the first one there is."""

    def find_reference(self, text):
        return text if text in self.credited else next(iter(self.credited), "")


class KeepsRefused(PlainBooks):
    """Does not take a refused order back."""

    def refuse(self, name):
        pass


class KeepsReturned(PlainBooks):
    """Does not take a returned order back."""

    def take_back(self, name):
        pass


class LosesEntries(PlainBooks):
    """Does not see one entry in ten."""

    def is_known_entry(self, reference):
        return super().is_known_entry(reference) or reference.endswith("7")


@pytest.mark.parametrize(
    ("books", "seed"), [*((PlainBooks, seed) for seed in range(3)), (ForgetsFiles, 1)]
)
def test_books_that_are_right_pass(open_here, books, seed):
    driver = drive(open_here, books, seed=seed)

    assert min(driver.done.values()) > 3
    assert {"booked", "refused", "returned"} <= set(driver.books.read_state().orders.values())


@pytest.mark.parametrize(
    "books",
    [
        *(ForgetsEntries, BelievesPending, BelievesAnything),
        *(KeepsRefused, KeepsReturned, LosesEntries),
    ],
)
def test_books_with_one_fault_are_found_out(open_here, books):
    with pytest.raises(AssertionError):
        drive(open_here, books, seed=1)
