"""The VAT of a sale or a refund: its table by rate, rounded once for each rate of a document.

Rounding is to the nearest minor unit, half away from zero, as tax authorities count (HMRC VAT
Notice 700, section 17.5; Irish Revenue, rounding; German UStG practice). A tip bears no VAT.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ledger.shares import divide, share_out
from ledger.templatetags.money import percent_of
from merchants.models import Store, VatMode
from pos.models import Charge, ChargeLine, Refund

_WHOLE_BPS = 10_000


class Vat(NamedTuple):
    """What a document has at one rate: the price with its VAT, and the VAT, in minor units."""

    vat_bps: int
    gross_minor: int
    vat_minor: int

    @property
    def percent(self) -> str:
        """Return the rate as people read it, `13.5` or `13,5`."""
        return percent_of(self.vat_bps)

    @property
    def net_minor(self) -> int:
        """Return the price without its VAT, in minor units."""
        return self.gross_minor - self.vat_minor


def take_out_vat(gross_minor: int, vat_bps: int) -> int:
    """Return the VAT within a price, in minor units."""
    return divide(gross_minor * vat_bps, _WHOLE_BPS + vat_bps)


def add_vat(net_minor: int, vat_bps: int) -> int:
    """Return the VAT that comes on top of a price, in minor units."""
    return divide(net_minor * vat_bps, _WHOLE_BPS)


def find_rate(store: Store, vat_bps: int | None) -> int | None:
    """Return the rate at which a store sells: the item's, else the store's, or none at all."""
    if store.vat_mode == VatMode.NONE:
        return None
    return store.vat_default_bps if vat_bps is None else vat_bps


def list_added_vat(prices: Sequence[tuple[int, int | None]]) -> list[int]:
    """Return the VAT that comes on top of each price: `(net, rate)`.

    It is worked out for each rate together, and then shared out among the prices of that rate.
    """
    places: dict[int, list[int]] = defaultdict(list)
    for place, (_, vat_bps) in enumerate(prices):
        if vat_bps is not None:
            places[vat_bps].append(place)
    added = [0 for _ in prices]
    for vat_bps, mine in places.items():
        nets = [prices[place][0] for place in mine]
        shares = share_out(add_vat(sum(nets), vat_bps), nets)
        for place, share in zip(mine, shares, strict=True):
            added[place] = share
    return added


def list_vat(charge: Charge, lines: Iterable[ChargeLine]) -> list[Vat]:
    """List a sale's VAT by rate; empty where it says nothing of VAT."""
    known = list(lines)
    if not known:
        if charge.vat_bps is None:
            return []
        gross_minor = charge.goods_minor
        vat_minor = take_out_vat(gross_minor, charge.vat_bps)
        return [Vat(charge.vat_bps, gross_minor, vat_minor)]
    sold: dict[int, list[ChargeLine]] = defaultdict(list)
    for line in known:
        if line.vat_bps is not None:
            sold[line.vat_bps].append(line)
    return [
        _sum_rate(vat_bps, mine, is_added=charge.vat_is_added)
        for vat_bps, mine in sorted(sold.items())
    ]


def _sum_rate(vat_bps: int, lines: Iterable[ChargeLine], *, is_added: bool) -> Vat:
    prices_minor = sum(line.total_minor for line in lines)
    if is_added:
        added_minor = sum(line.added_vat_minor for line in lines)
        return Vat(vat_bps, prices_minor + added_minor, added_minor)
    return Vat(vat_bps, prices_minor, take_out_vat(prices_minor, vat_bps))


def list_refund_vat(refund: Refund) -> list[Vat]:
    """List a refund's VAT by rate, as it was shared out when it was made."""
    return [Vat(row.vat_bps, row.gross_minor, row.vat_minor) for row in refund.vat.all()]


def sum_vat(tables: Iterable[Iterable[Vat]]) -> list[Vat]:
    """Add documents' tables up."""
    sums: dict[int, tuple[int, int]] = {}
    for row in (row for table in tables for row in table):
        gross_minor, vat_minor = sums.get(row.vat_bps, (0, 0))
        sums[row.vat_bps] = (gross_minor + row.gross_minor, vat_minor + row.vat_minor)
    return [Vat(vat_bps, *minors) for vat_bps, minors in sorted(sums.items())]


def subtract_vat(sale: Iterable[Vat], refunded: Iterable[Vat]) -> list[Vat]:
    """Return what is left of a sale's table after refunds; a rate with nothing left stays."""
    gone = {row.vat_bps: row for row in refunded}
    return [
        Vat(
            row.vat_bps,
            row.gross_minor - gone[row.vat_bps].gross_minor,
            row.vat_minor - gone[row.vat_bps].vat_minor,
        )
        if row.vat_bps in gone
        else row
        for row in sale
    ]


def share_refund(goods_minor: int, left: Sequence[Vat], *, goods_left_minor: int) -> list[Vat]:
    """Share a refund of goods out among the rates that a sale has left.

    Rates, and what has none, give back in proportion to what is left of each, and each its VAT
    in proportion again. So the last refund takes exactly the rest: all refunds of a sale add up
    to its own table.
    """
    unrated_minor = goods_left_minor - sum(row.gross_minor for row in left)
    shares = share_out(goods_minor, [*(row.gross_minor for row in left), unrated_minor])
    return [
        Vat(row.vat_bps, share, divide(row.vat_minor * share, row.gross_minor))
        for row, share in zip(left, shares, strict=False)
        if share
    ]
