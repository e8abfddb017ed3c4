"""Where `make coverage` counts lines: in a test's own call, and where a fixture is new.

What is counted takes half as much time again, and half of what a test does is the same for all:
its shop is opened, its customer gets money. So a fixture is counted the first times that it is
made, and pytest's own work between tests never.
"""

from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from coverage import Coverage

# Imported by the first request otherwise, which may not be counted.
import config.urls  # noqa: F401
from tests.folders import WORKER

# Nearly all that these reach others reach too: they repeat it at once, in each role, in many
# orders, or in processes of their own.
_UNCOUNTED = {
    "browser",
    "faults",
    "races",
    "test_circle.py",
    "test_model.py",
    "test_operations.py",
    "test_rights.py",
    "test_staff_scope.py",
    "test_units.py",
}
_FIXTURE_COUNTED = 3
# Of a table whose cases ask the database; what only computes is counted whole, and quick.
_CASES_COUNTED = 8


class Lines:
    """Counts what happens inside `counted`, and nothing else."""

    def __init__(self, coverage: Coverage) -> None:
        self._coverage = coverage
        self._depth = 0
        self._made: Counter[tuple[object, ...]] = Counter()
        self.cases: Counter[str] = Counter()

    def rest(self) -> None:
        """Count nothing until `counted`."""
        self._coverage.stop()

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count what the block does."""
        if not self._depth:
            self._coverage.start()
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth:
                self._coverage.stop()

    def is_new(self, fixture: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> bool:
        """Return whether a fixture is made for one of the first times."""
        key = (fixture.baseid, fixture.argname, getattr(request, "param_index", 0))
        self._made[key] += 1
        return self._made[key] <= _FIXTURE_COUNTED


_LINES: pytest.StashKey[Lines] = pytest.StashKey()
_CASE: pytest.StashKey[int] = pytest.StashKey()


# Last, because pytest-cov begins in this hook.
@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Count in one worker what modules do when they are imported: it is the same in all."""
    if coverage := Coverage.current():
        session.config.stash[_LINES] = lines = Lines(coverage)
        if WORKER not in {"", "gw0"}:
            lines.rest()


def pytest_itemcollected(item: pytest.Item) -> None:
    """Number a test's cases as they are written, whatever order they run in."""
    if lines := item.config.stash.get(_LINES, None):
        test = item.nodeid.partition("[")[0]
        lines.cases[test] += 1
        item.stash[_CASE] = lines.cases[test]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Count nothing more but what the hooks below choose."""
    if lines := session.config.stash.get(_LINES, None):
        lines.rest()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Count the first times that a fixture is made."""
    lines = request.config.stash.get(_LINES, None)
    with lines.counted() if lines and lines.is_new(fixturedef, request) else nullcontext():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Count a test, unless it repeats others or its work is done by other processes."""
    lines = pyfuncitem.config.stash.get(_LINES, None)
    with lines.counted() if lines and _is_counted(pyfuncitem) else nullcontext():
        return (yield)


def _is_counted(item: pytest.Function) -> bool:
    if "stack" in item.fixturenames or _UNCOUNTED & {item.path.parent.name, item.path.name}:
        return False
    asks = "db" in item.fixturenames or item.get_closest_marker("django_db")
    return not asks or item.stash[_CASE] <= _CASES_COUNTED
