"""Fuzzing that coverage guides: what Atheris runs, in a process of its own."""

import sys

import atheris

with atheris.instrument_imports(include=["qr"]):
    from tests.fuzz.targets import check_input

from tests.fuzz.slowness import is_slow_elsewhere


def _try_input(data: bytes) -> None:
    # Here every branch is counted, which makes it several times slower.
    check_input(data, is_slow=is_slow_elsewhere)


if __name__ == "__main__":
    atheris.Setup(sys.argv, _try_input)
    atheris.Fuzz()
