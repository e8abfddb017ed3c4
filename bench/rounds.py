"""Common to all benchmarks: options, rounds within their time, printing and keeping figures."""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from figures import Figures
from load import Unexpected

from servers.processes import ProcessFailed, stop_leftovers
from servers.state import FolderInUse, StateFolder

_BENCH = Path(__file__).resolve().parent
_ROOT = _BENCH.parent
# One folder for all: two benchmarks at once would measure each other.
FOLDER = _ROOT / ".tessera" / "bench"
_RESULTS = _BENCH / "results"
_SCRIPT_MAX_S = 600

Plan = TypeVar("Plan")


def run_benchmark(
    name: str, measure: Callable[[Plan], Figures], *, full: Plan, quick: Plan
) -> int:
    """Measure, print and keep the figures; 1 when something was not as it must be."""
    parser = argparse.ArgumentParser(prog=f"bench/{name}.py")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="two short rounds, nothing kept")
    arguments = parser.parse_args()
    try:
        figures = measure(quick if arguments.quick else full)
    except (FolderInUse, ProcessFailed, Unexpected) as failure:
        say(f"\n{failure}")
        return 1
    if not arguments.quick:
        _RESULTS.mkdir(exist_ok=True)
        kept = _RESULTS / f"{figures.at[:10]}-{name}.json"
        kept.write_text(figures.write() + "\n")
        say(f"Kept in {kept.relative_to(_ROOT)}")
    print(figures.write() if arguments.json else figures.draw())
    return 0


def count_rounds(rounds: int, *, began: float, total_max_s: float) -> Iterator[int]:
    """Count rounds until all were made, or until one more would take too long."""
    longest_s = 0.0
    for number in range(1, rounds + 1):
        if time.monotonic() - began + longest_s > total_max_s:
            say("The time is up; the figures count the rounds that were made.")
            return
        say(f"Round {number} of {rounds}")
        round_began = time.monotonic()
        yield number
        longest_s = max(longest_s, time.monotonic() - round_began)


def forget_last() -> None:
    """Remove what the last benchmark stored: every one starts from empty tables.

    Raises:
        FolderInUse: another benchmark runs.
    """
    state = StateFolder(FOLDER)
    state.hold()
    stop_leftovers(state.path, marks=(str(state.path), str(state.run)))
    shutil.rmtree(state.path)
    state.release()


def run_script(name: str, *arguments: str, url: str) -> str:
    """Run a script in a process that connects by `url`; return what it printed.

    Raises:
        ProcessFailed: it ended with an error; what it said stands above.
    """
    done = subprocess.run(  # noqa: S603  our own script
        # -P, or this folder's ledger.py would be taken for the application's package.
        [sys.executable, "-P", str(_BENCH / name), *arguments],
        env=os.environ
        | {
            "DATABASE_URL": url,
            "PYTHONPATH": f"{_ROOT}{os.pathsep}{_BENCH}",
            "PGOPTIONS": "-c statement_timeout=0",
        },
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=_SCRIPT_MAX_S,
    )
    if done.returncode:
        raise ProcessFailed(f"{done.stdout}\n{name} ended with exit code {done.returncode}")
    return done.stdout


def say(text: str, *, end: str = "\n") -> None:
    """Print progress to standard error."""
    print(text, end=end, file=sys.stderr, flush=True)
