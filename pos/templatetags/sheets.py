"""Printed pages in templates."""

from django import template

from pos.models import CounterCode
from pos.print.sheets import list_undrawn

register = template.Library()


@register.filter
def undrawn(code: CounterCode) -> str:
    """List the letters that would print as empty boxes, separated by spaces."""
    return " ".join(list_undrawn(code))
