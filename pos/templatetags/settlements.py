"""Settlements in templates: what only the till knows of them."""

from django import template

from merchants.models import Settlement
from merchants.reports.subtotals import Part, Subtotal, Subtotals
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
