"""Break each rule of money in turn and see that a test catches it; not part of the suite.

    python -m tests.mutations              # all of them
    python -m tests.mutations "fee" "lock" # those whose names hold one of these words

Each rule is broken in a copy of the checkout by replacing one piece of text, which must be
there exactly once. The tests that should catch it are named, so that a rule costs seconds.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.rules import MUTATIONS, Mutation
from tests.tip_rules import TIP_MUTATIONS

_ROOT = Path(__file__).resolve().parent.parent
# Kept beside the checkout's own, so that nothing of it is disturbed.
_LEFT_OUT = (".git", ".venv", ".tessera", "__pycache__", "staticfiles", ".mypy_cache")


def main(words: list[str]) -> int:
    """Break what the words name, all without any; return how many rules nobody noticed."""
    chosen = [
        m
        for m in (*MUTATIONS, *TIP_MUTATIONS)
        if not words or any(word in m.rule for word in words)
    ]
    unnoticed = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "tessera"
        shutil.copytree(_ROOT, copy, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        for number, mutation in enumerate(chosen, 1):
            began = time.monotonic()
            caught = _try(mutation, copy)
            unnoticed += not caught
            took = time.monotonic() - began
            said = f"caught by {caught}" if caught else "NOT CAUGHT"
            _say(f"{number}/{len(chosen)} {mutation.rule}: {said} ({took:.0f} s)")
    _say(f"{len(chosen) - unnoticed} of {len(chosen)} rules are held by a test.")
    return unnoticed


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _try(mutation: Mutation, copy: Path) -> str:
    path = copy / mutation.path
    text = path.read_text()
    if text.count(mutation.old) != 1:
        raise SystemExit(f"{mutation.path} has not exactly once: {mutation.old}")
    path.write_text(text.replace(mutation.old, mutation.new))
    try:
        return next(_find_failures(mutation, copy), "")
    finally:
        path.write_text(text)


def _find_failures(mutation: Mutation, copy: Path) -> Iterator[str]:
    environment = os.environ | {"TESSERA_TEST_FOLDER": str(copy / ".tessera/tests")}
    for tests in mutation.tests:
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", tests],
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        for line in run.stdout.splitlines():
            if line.startswith(("FAILED tests/", "ERROR tests/")):
                yield line.partition(" - ")[0].partition(" ")[2]
        # 5: no test was found, which would be a rule without one.
        if run.returncode not in {0, 1}:
            raise SystemExit(run.stdout + run.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
