"""Fuzzing without coverage, where Atheris cannot be had: real payloads, changed at random.

In turns, one has single fields changed and holds together, and one is damaged anywhere.
"""

import random
from collections.abc import Iterator
from time import monotonic

from tests.fuzz.fields import make_changed
from tests.fuzz.targets import check_input, is_slow_here, make_seeds, make_tokens

# What makes a difference to some format, besides single bytes.
TOKENS = (
    b"00", b"01", b"99", b"6304", b"***", b"\n", b"\r\n", b"\r", b"%", b"%0A", b"&", b"=", b"?",
    b"#", b"@", b"+", b" ", b".", b"-1", b"0.00", b"RF18", b"null", b"\x00", b"\x7f", b"\xff",
    "é".encode(), "\u0660".encode(), "\u202e".encode(), b"0" * 99, b"A" * 999,
    *sorted(set(make_tokens())),
)  # fmt: skip
CHANGES_MAX = 8


def make_inputs(seed: int) -> Iterator[bytes]:
    """Return inputs without end, the same for the same seed; the payloads themselves first."""
    seeds = list(make_seeds())
    yield from seeds
    choice = random.Random(seed)  # noqa: S311  no secret, and the same again
    for changed in make_changed(choice):
        yield changed
        data = choice.choice(seeds)
        for _ in range(choice.randint(1, CHANGES_MAX)):
            data = mutate(data, choice.choice(seeds), choice)
        yield data


def mutate(data: bytes, other: bytes, choice: random.Random) -> bytes:
    """Change an input in one place; `other` is one to take a piece from."""
    start = choice.randint(0, len(data))
    end = min(len(data), start + choice.randint(0, 8))
    cut = choice.randint(0, len(other))
    piece = choice.choice(
        [
            b"",
            bytes([choice.randrange(256)]),
            choice.choice(TOKENS),
            other[cut : cut + choice.randint(1, 40)],
            data[start:end] * choice.randint(2, 5),
        ]
    )
    return data[:start] + piece + data[end:]


def fuzz(seconds: float, *, seed: int) -> tuple[int, bytes, AssertionError | Exception | None]:
    """Try inputs for so long; return how many, and the first that failed and how."""
    end = monotonic() + seconds
    for count, data in enumerate(make_inputs(seed), start=1):
        try:
            check_input(data, is_slow=is_slow_here)
        except Exception as failure:  # noqa: BLE001  any of them is what is looked for
            return count, data, failure
        if monotonic() > end:
            return count, b"", None
    raise AssertionError("there is no end of inputs")
