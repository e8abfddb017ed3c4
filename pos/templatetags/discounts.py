"""The discounts of a sale, on every page and paper that lists its lines."""

from collections.abc import Iterable

from django import template

from pos.discounts import list_discounts
from pos.models import Charge, ChargeDiscount, ChargeLine

register = template.Library()


@register.simple_tag
def discounts_of(charge: Charge, lines: Iterable[ChargeLine]) -> list[ChargeDiscount]:
    """List a sale's discounts: `{% discounts_of charge lines as discounts %}`."""
    return list_discounts(charge, lines)
