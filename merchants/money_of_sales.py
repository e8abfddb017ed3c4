"""Where the money of a sale and its refunds is: their settlements, and those payouts."""

from collections.abc import Iterable
from uuid import UUID

from merchants.models import SettlementLine
from merchants.owed import load_bank_references
from merchants.payouts import load_payouts


def list_settled_lines(ids: Iterable[UUID]) -> list[SettlementLine]:
    """List the lines of sales and refunds, by their ids, in the order they were made.

    Each one's settlement is loaded, with its payout and the bank's entry of it; it is none
    while the line waits for the next settlement.
    """
    lines = SettlementLine.objects.filter(pk__in=list(ids)).select_related(
        "settlement__balance__merchant"
    )
    found = list(lines.order_by("at", "id"))
    settlements = [line.settlement for line in found if line.settlement is not None]
    load_payouts(settlements)
    load_bank_references(settlements)
    return found
