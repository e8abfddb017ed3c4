"""Printed pages in templates."""

from django import template

from pos.models import CounterCode
from pos.print.sheets import list_undrawn

register = template.Library()


@register.filter
def undrawn(code: CounterCode) -> str:
    """Name what would be empty boxes on the page of a code, a space between two."""
    return " ".join(list_undrawn(code))
