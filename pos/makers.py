"""Who made the sales and refunds of a settlement, and at which till."""

from collections.abc import Sequence
from uuid import UUID

from merchants.models import SettlementLine
from merchants.reports.files import Maker
from pos.models import Charge, Refund


def find_makers(lines: Sequence[SettlementLine]) -> dict[UUID, Maker]:
    """Return the maker of each line, by its id, which is the charge's or the refund's."""
    ids = [line.id for line in lines]
    rows = [
        row
        for made in (Charge, Refund)
        for row in made.objects.filter(pk__in=ids).values_list(
            "pk", "terminal__name", "cashier__user__name"
        )
    ]
    return {pk: Maker(till=till or "", cashier=cashier or "") for pk, till, cashier in rows}
