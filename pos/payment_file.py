"""The payments of a search as a CSV file, in the layout of a spreadsheet or of a program."""

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from merchants.layouts import Layout
from merchants.reports.program import write_rows
from pos.models import Charge


def write_payments_csv(
    pages: Iterable[list[Charge]], layout: Layout, *, time_zone: str
) -> Iterator[str]:
    """Write a row of titles, then a row for each payment, a page of them at a time."""
    zone = ZoneInfo(time_zone)
    yield layout.mark + write_rows([_list_titles(layout)], separator=layout.separator)
    for page in pages:
        rows = [_list_fields(charge, layout, zone) for charge in page]
        yield write_rows(rows, separator=layout.separator)


def _list_titles(layout: Layout) -> list[str]:
    if not layout.is_for_people:
        return [
            *("charge", "code", "created_at", "captured_at", "status", "store", "till"),
            *("cashier", "payer", "reference", "amount", "tip", "refunded", "currency"),
        ]
    return [
        gettext("Payment"),
        gettext("Code"),
        gettext("Time"),
        gettext("Paid at"),
        gettext("State"),
        gettext("Store"),
        gettext("Till"),
        gettext("Cashier"),
        gettext("From"),
        gettext("Shop reference"),
        gettext("Amount"),
        gettext("Tip"),
        gettext("Refunded"),
        gettext("Currency"),
    ]


def _list_fields(charge: Charge, layout: Layout, zone: ZoneInfo) -> list[str]:
    text = layout.write_text
    separator = " " if layout.is_for_people else "T"
    instants = [
        instant.astimezone(zone).isoformat(separator, "seconds") if instant else ""
        for instant in (charge.created_at, charge.captured_at)
    ]
    return [
        charge.public_id,
        charge.short_code_grouped,
        *instants,
        charge.status_now,
        text(charge.store.name),
        text(charge.terminal.name if charge.terminal else ""),
        text(charge.cashier.user.name if charge.cashier else ""),
        text(charge.payer_name),
        text(charge.reference),
        layout.write_amount(charge.amount_minor, charge.currency),
        layout.write_amount(charge.tip_minor, charge.currency),
        layout.write_amount(-charge.refunded_minor, charge.currency),
        charge.currency,
    ]
