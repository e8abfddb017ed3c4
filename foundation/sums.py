"""Sums that differ by currency, as settings name them: `100000,JPY=10000000`."""

from collections.abc import Mapping

# What holds for every currency that has no sum of its own.
OTHERS = ""


def read_sums(text: str, *, others: int | None = None) -> dict[str, int]:
    """Read sums in minor units: a bare number is for all currencies that are not named.

    Raises:
        ValueError: it is written otherwise, or a sum is below zero.
    """
    sums = {} if others is None else {OTHERS: others}
    for part in filter(None, (each.strip() for each in text.split(","))):
        code, _, number = part.rpartition("=")
        sums[code.strip().upper()] = int(number)
    if any(minor < 0 for minor in sums.values()):
        raise ValueError(text)
    return sums


def find_sum(sums: Mapping[str, int], currency: str) -> int:
    """Return the sum of a currency, in minor units."""
    return sums.get(currency, sums[OTHERS])
