"""Whether an input is slow by itself: measured in a process in which nothing is counted.

python -m tests.fuzz.slowness .tessera/fuzz/timeout-...
"""

import resource
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.targets import is_slow_here

ROOT = Path(__file__).parents[2]
SLOW = 3
# What is not measured after so long never ends; the system stops the process then.
CPU_SECONDS_MAX = 20


def is_slow_elsewhere(data: bytes) -> bool:
    """Return whether an input takes too long in a process of its own."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        command = [sys.executable, "-m", "tests.fuzz.slowness", file.name]
        return says_slow(subprocess.run(command, check=False, cwd=ROOT).returncode)


def says_slow(status: int) -> bool:
    """Return what a measuring process found by how it ended; what broke it is no finding."""
    return status in {SLOW, -signal.SIGXCPU}


def main(arguments: list[str]) -> int:
    """Measure the inputs in these files."""
    slow = any(is_slow_here(Path(argument).read_bytes()) for argument in arguments)
    return SLOW if slow else 0


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS_MAX, CPU_SECONDS_MAX + 1))
    sys.exit(main(sys.argv[1:]))
