"""Fixtures of the fault tests: the shop in the shared stack, whole again after each test."""

from collections.abc import Iterator
from typing import Any

import pytest

from servers.stack import Stack
from tests.faults.shop import Shop


@pytest.fixture
def shop(stack: Stack, demo: dict[str, Any]) -> Iterator[Shop]:
    """The demo's shop; whatever the test has killed runs again afterwards."""
    yield Shop(stack, demo)
    for name, process in stack.processes.items():
        if not process.is_alive:
            stack.start(name)
