"""Who made the sales and refunds of a settlement, at which till, and how customers paid."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import CharField, Exists, F, Func, OuterRef, QuerySet

from merchants.models import SettlementLine
from merchants.reports.files import Maker
from pos.models import Charge, Collection, Refund


def find_makers(lines: Sequence[SettlementLine]) -> dict[UUID, Maker]:
    """Return the maker of each line, by its id, which is the charge's or the refund's.

    A refund's payment method is that of its sale.
    """
    ids = [line.id for line in lines]
    rows = [
        *_read(Charge.objects.filter(pk__in=ids), sale="", key="pk"),
        *_read(Refund.objects.filter(pk__in=ids), sale="charge__", key="charge_id"),
    ]
    return {
        pk: Maker(till=till or "", cashier=cashier or "", method=method)
        for pk, till, cashier, method in rows
    }


def pair_makers(lines: Sequence[SettlementLine]) -> list[tuple[SettlementLine, Maker]]:
    """Return lines with their makers, in their order."""
    makers = find_makers(lines)
    return [(line, makers.get(line.id, Maker())) for line in lines]


def _read(
    made: QuerySet[Charge] | QuerySet[Refund], *, sale: str, key: str
) -> Iterable[tuple[UUID, str, str, str]]:
    collected = Collection.objects.filter(
        charge=OuterRef(key), payer_account=OuterRef(f"{sale}payer_account")
    )
    method = Func(
        Exists(collected),
        F(f"{sale}counter_code_id"),
        F(f"{sale}terminal_id"),
        function="pos_name_method",
        output_field=CharField(),
    )
    return made.annotate(method=method).values_list(
        "pk", "terminal__name", "cashier__user__name", "method"
    )
