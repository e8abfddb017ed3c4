"""Progress is drawn for who watches, and a log stays clean."""

import sys
from io import StringIO

import pytest

from ledger.management.progress import Progress


class Terminal(StringIO):
    """Somewhere to draw on."""

    def isatty(self):
        return True


@pytest.fixture
def show(monkeypatch):
    """Report a few steps; return what was drawn."""

    def show(target):
        monkeypatch.setattr(sys, "stderr", target)
        with Progress(unit=" rows") as progress:
            progress.report("reading", 3, 10)
            progress.report("reading", 10, 10)
            progress.report("adding", 0)
        return target.getvalue()

    return show


def test_each_step_has_its_bar(show):
    drawn = show(Terminal())

    first, _, second = drawn.partition("adding")
    assert "reading:   0%" in first
    assert "0/10" in first
    assert "0 rows" in second


def test_nothing_is_drawn_into_a_log(show):
    assert show(StringIO()) == ""


def test_nothing_is_drawn_before_the_first_step(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    with Progress(unit=" rows"):
        pass

    assert terminal.getvalue() == ""
