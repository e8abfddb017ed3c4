"""The sales of refunds that an earlier settlement holds."""

from collections.abc import Sequence

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
