"""How the tills do today, on the dashboard's overview."""

from django import template
from django.utils.translation import gettext

from merchants.models import Merchant
from pos.today import TillDay, read_today

register = template.Library()


@register.simple_tag
def till_day(merchant: Merchant) -> TillDay:
    """Read the merchant's day at the tills: `{% till_day merchant as tills %}`."""
    return read_today(merchant)


@register.filter
def duration(seconds: float) -> str:
    """Write some seconds as people say them: `{{ tills.half_s|duration }}` gives `14 s`."""
    whole = round(seconds)
    if whole < 60:
        return gettext("%(seconds)s s") % {"seconds": whole}
    facts = {"minutes": whole // 60, "seconds": whole % 60}
    return gettext("%(minutes)s min %(seconds)s s") % facts
