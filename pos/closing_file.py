"""A closing as a CSV file, in the layout of a spreadsheet or of a program."""

from collections.abc import Iterator

from django.utils.translation import gettext

from merchants.layouts import Layout
from merchants.reports.program import write_rows
from pos.closing_slips import Part, Slip

Fields = list[str | int]


def write_closing_csv(slip: Slip, layout: Layout) -> Iterator[str]:
    """Write a row of titles, the facts, then each row of each part."""
    rows = [_list_titles(layout)]
    rows += [["fact", name, layout.write_text(fact), "", ""] for name, fact in slip.facts]
    for part in slip.parts:
        rows += _list_rows(part, slip, layout)
    if slip.hash:
        rows.append(["checksum", "SHA-256", slip.hash, "", ""])
    yield layout.mark + write_rows(rows, separator=layout.separator)


def _list_titles(layout: Layout) -> Fields:
    if not layout.is_for_people:
        return ["part", "name", "amount", "vat", "currency"]
    names = (gettext("Part"), gettext("Name"), gettext("Amount"))
    return [*names, gettext("VAT in it"), gettext("Currency")]


def _list_rows(part: Part, slip: Slip, layout: Layout) -> list[Fields]:
    def money(amount_minor: int | None) -> str:
        if amount_minor is None:
            return ""
        return layout.write_amount(amount_minor, slip.currency)

    return [
        [
            part.title if layout.is_for_people else part.key,
            layout.write_text(row.label),
            money(row.amount_minor),
            money(row.beside_minor),
            slip.currency,
        ]
        for row in part.rows
    ]
