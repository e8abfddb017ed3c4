"""One whole stack with the demo's people, for the tests that need every process at once.

It starts for the first test that requests it, and serves all tests of this process. A test that
kills one of its processes restarts it before it ends; a test that cannot guarantee that starts
a stack of its own.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.bank.branch import write_settings
from demo.customers import BANK
from servers.processes import stop_leftovers
from servers.programs import Size
from servers.stack import Stack
from servers.state import StateFolder
from tests.folders import name_folder
from tests.ports import find_port

_FOLDER = name_folder("stack")
SIZE = Size(web_workers=2)
# Threads of the web end as soon as they may, so that tests see what they leave behind.
ENVIRONMENT = {"DEMO": "1", "GRANIAN_BLOCKING_THREADS_IDLE_TIMEOUT": "5"}
_FACTS = _FOLDER / "demo_data.json"
# They take jobs from the queue.
TAKERS = {"worker", "banker"}


@pytest.fixture(scope="session")
def reported_steps() -> list[str]:
    """The steps that the stack reported while it started."""
    return []


@pytest.fixture(scope="session")
def stack(reported_steps: list[str]) -> Iterator[Stack]:
    """Every process of Tessera, behind `stack.url`; its database holds the demo."""
    forget_last_run(_FOLDER)
    write_settings(_FOLDER / "bank", BANK)
    port = find_port()
    # By name, as `make demo` is: browsers make no passkeys for an address that is a number.
    url = f"http://localhost:{port}"
    with Stack(
        _FOLDER,
        port=port,
        # Two, so that one of them can be killed while the other goes on.
        size=SIZE,
        environment=ENVIRONMENT | {"PUBLIC_URL": url},
        content=("load_demo", "--skip-checks", "--output", str(_FACTS), "--base-url", url),
        report=lambda step, _seconds: reported_steps.append(step),
    ) as running:
        yield running
    assert not list((_FOLDER / "pids").iterdir())


@pytest.fixture(autouse=True)
def _everything_runs(request: pytest.FixtureRequest) -> None:
    """Start what the test before has left dead, so that one failure stays one."""
    if "stack" in request.fixturenames:
        running: Stack = request.getfixturevalue("stack")
        for name in running.find_dead():
            running.start(name)


@pytest.fixture(scope="session")
def demo(stack: Stack) -> dict[str, Any]:
    """The facts that `load_demo` wrote: shops, tills, people, and their secrets."""
    facts: dict[str, Any] = json.loads(_FACTS.read_text())
    return facts


def revive_takers(stack: Stack) -> None:
    """Start those again that ended because a test took their queue away.

    Celery's worker (5.7.0) ends instead of connecting again if its queue is lost while it
    holds a job that is not acknowledged, and some seconds later; what watches over it starts
    it again.
    """
    for name in stack.find_dead():
        assert name in TAKERS
        stack.start(name)


def forget_last_run(folder: Path) -> None:
    """Empty a stack's folder, and stop what an earlier run has left in it."""
    state = StateFolder(folder)
    state.hold()
    try:
        stop_leftovers(state.path, marks=(str(state.path), str(state.run)))
        for entry in state.path.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=entry == state.run)
            elif entry.name != "lock":
                entry.unlink()
    finally:
        state.release()
