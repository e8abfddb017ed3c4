"""Fuzzing that coverage guides: what Atheris runs, in a process of its own."""

import subprocess
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["qr"]):
    from tests.fuzz.targets import check_input


def _is_slow_elsewhere(data: bytes) -> bool:
    # Here every branch is counted, which makes it several times slower.
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        command = [sys.executable, "-m", "tests.fuzz.fuzz_qr", "--slow", file.name]
        return (
            subprocess.run(command, check=False, cwd=Path(__file__).parents[2]).returncode != 0
        )


def _try_input(data: bytes) -> None:
    check_input(data, is_slow=_is_slow_elsewhere)


if __name__ == "__main__":
    atheris.Setup(sys.argv, _try_input)
    atheris.Fuzz()
