"""Basis points as people read them."""

from django import template
from django.utils.translation import gettext

from ledger.templatetags.money import percent_of

register = template.Library()


@register.filter
def percent(bps: int) -> str:
    """Write basis points as a percentage: `{{ bps|percent }}`."""
    return gettext("%(percent)s %%") % {"percent": percent_of(bps)}
