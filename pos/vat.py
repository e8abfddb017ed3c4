"""The VAT within the price of what a charge sold."""

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from ledger.typed import write_percent
from pos.models import ChargeLine


class Vat(NamedTuple):
    """The VAT of one rate, in minor units, and the prices that it is within."""

    percent: str
    vat_minor: int
    sold_minor: int


def take_out_vat(sold_minor: int, vat_bps: int) -> int:
    """Return the VAT within a price, in minor units, rounded half even."""
    return round(Fraction(sold_minor * vat_bps, 10_000 + vat_bps))


def list_vat(lines: Iterable[ChargeLine]) -> list[Vat]:
    """List the VAT of each rate that the lines name, rounded once for each rate."""
    sold: Counter[int] = Counter()
    for line in lines:
        if line.vat_bps is not None:
            sold[line.vat_bps] += line.total_minor
    return [
        Vat(write_percent(bps), take_out_vat(minor, bps), minor)
        for bps, minor in sorted(sold.items())
    ]
