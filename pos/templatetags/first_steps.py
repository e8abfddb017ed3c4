"""The first steps of a new shop, on each page of the dashboard."""

from django import template

from merchants.models import Merchant
from pos.first_steps import Step, list_first_steps

register = template.Library()


@register.simple_tag
def first_steps(merchant: Merchant) -> list[Step]:
    """List the steps to the merchant's first sale: `{% first_steps merchant as steps %}`."""
    return list_first_steps(merchant)
