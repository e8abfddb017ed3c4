"""The sales of refunds that an earlier settlement holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from merchants.models import LineKind, Settlement, SettlementLine


def load_older_sales(settlement: Settlement, lines: Sequence[SettlementLine]) -> None:
    """Read the sale of each refund that is in another settlement than its sale, in one query.

    A sale and its refund differ in nothing else that matters here: the sale's line has the
    charge's id, and a refund's line names it.
    """
    refunds = [line for line in lines if line.kind == LineKind.REFUND]
    ids = {line.charge_id for line in refunds}
    if not ids:
        return
    sales = SettlementLine.objects.filter(pk__in=ids).exclude(settlement=settlement)
    found = {sale.pk: sale for sale in sales.select_related("settlement")}
    for line in refunds:
        line.older_sale = found.get(line.charge_id)


@dataclass(frozen=True, slots=True)
class OlderSale:
    """What a refund says of its sale: its day at the shop, its settlement, and its fee.

    A refund returns no fee, so that of the sale was kept, if there was one.
    """

    day: date
    settlement: Settlement
    is_fee_kept: bool


def find_older_sale(line: SettlementLine, zone: ZoneInfo) -> OlderSale | None:
    """Return the sale of a refund, if `load_older_sales` found it in an earlier settlement."""
    sale = line.older_sale
    if sale is None or sale.settlement is None:
        return None
    day = sale.at.astimezone(zone).date()
    return OlderSale(day, sale.settlement, is_fee_kept=sale.fee_minor > 0)
