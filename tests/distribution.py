"""Which tests share a worker, and which marks follow from a test's fixtures.

A file's tests stay together, because they share what its module's fixtures make; but those that
commit are a group of their own, which pytest-django's order brings behind all that count on an
empty database. The tests in Chromium are two groups and the other users of the shared stack a
third, so that two or three workers start as many such stacks and never more; these groups are
long and begin first.
"""

import gc
from collections.abc import Iterator
from zlib import crc32

import pytest

from tests.folders import WORKER

_BROWSER = ("browser 0", "browser 1")
_LONG = (*_BROWSER, "stack")


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark the tests, let the other plugins put them in order, then bring the long ones up."""
    for item in items:
        _mark(item)
    yield
    if WORKER:
        _check_groups(items)
        items.sort(key=_is_short)


def pytest_collection_finish() -> None:
    """Look for garbage no more among what was imported and collected: it stays to the end."""
    gc.collect()
    gc.freeze()


def _check_groups(items: list[pytest.Item]) -> None:
    """Refuse to run without the groups: tests would disturb each other, and take longer.

    With pytest 9.2.0, pytest-xdist 3.8.0 names none and says nothing.
    """
    if any(not item.nodeid.endswith(f"@{_name_group(item)}") for item in items):
        raise pytest.UsageError(
            "pytest-xdist does not know the groups of tests. Install what "
            "requirements/development.txt names (make environment), and leave --dist as it is."
        )


def _mark(item: pytest.Item) -> None:
    folder = item.path.parent.name
    if folder in {"browser", "fuzz"}:
        item.add_marker(folder)
    if "stack" in _list_fixtures(item):
        item.add_marker("stack")
    item.add_marker(pytest.mark.xdist_group(_name_group(item)))


def _name_group(item: pytest.Item) -> str:
    if item.path.parent.name == "browser":
        return _BROWSER[crc32(item.path.name.encode()) % len(_BROWSER)]
    fixtures = _list_fixtures(item)
    if "stack" in fixtures:
        return "stack"
    file = item.nodeid.partition("::")[0]
    return f"{file}, committed" if "committed" in fixtures else file


def _list_fixtures(item: pytest.Item) -> list[str]:
    names: list[str] = getattr(item, "fixturenames", [])
    return names


def _is_short(item: pytest.Item) -> bool:
    return _name_group(item) not in _LONG
