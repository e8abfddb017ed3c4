"""Basis points as people read them."""

from django import template
from django.utils.translation import gettext

from ledger.typed import write_percent

register = template.Library()


@register.filter
def percent(bps: int) -> str:
    """Write basis points as a percentage: `{{ bps|percent }}`."""
    return gettext("%(percent)s %%") % {"percent": write_percent(bps)}
