"""Settlements in templates: what only the till knows of them."""

from collections.abc import Sequence

from django import template

from merchants.models import Settlement, SettlementLine
from merchants.reports.files import Maker
from merchants.reports.subtotals import Part, Subtotal, Subtotals
from pos.makers import pair_makers
from pos.subtotals import read_subtotals

register = template.Library()


@register.simple_tag
def subtotals(settlement: Settlement) -> Subtotals:
    """Add up the settlement in each way: `{% subtotals settlement as sums %}`."""
    return read_subtotals(settlement)


@register.simple_tag
def subtotal_label(part: Part, row: Subtotal) -> object:
    """Return what a sub-total is of: `{% subtotal_label part row as label %}`."""
    return part.label(row)


@register.simple_tag
def made(lines: Sequence[SettlementLine]) -> list[tuple[SettlementLine, Maker]]:
    """Return lines with how they were made and paid: `{% made lines as made_lines %}`."""
    return pair_makers(lines)
