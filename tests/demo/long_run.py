"""Drive Tessera's own books against the misbehaving bank for long, once a seed.

python -m tests.demo.long_run                        10,000 steps, seeds 1 and 2: half an hour
python -m tests.demo.long_run --steps 3000 7 8 9     fewer, and seeds of one's own

Stops at the first seed after which the books are not as the bank's; says where they differ.
"""

import argparse
import os
import subprocess
import sys

_TEST = "tests/banking/test_circle.py"


def main() -> int:
    """Run the test of the circle with so many steps, and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.demo.long_run")
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("seeds", type=int, nargs="*", default=[1, 2])
    arguments = parser.parse_args()
    environment = os.environ | {
        "TESSERA_BANK_STEPS": str(arguments.steps),
        "TESSERA_BANK_SEEDS": ",".join(map(str, arguments.seeds)),
        "TESSERA_TEST_FOLDER": os.environ.get("TESSERA_TEST_FOLDER", "long-run"),
    }
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--durations=0", "--timeout=0"]
    return subprocess.run([*command, _TEST], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
