"""Trades, by their merchant category codes (ISO 18245); the list that shops choose from."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TRADES: dict[str, str | Promise] = {
    "5814": _("Snacks, coffee, fast food"),
    "5812": _("Restaurant"),
    "5813": _("Bar"),
    "5811": _("Catering, canteen"),
    "5411": _("Groceries"),
    "5462": _("Bakery"),
    "5499": _("Other food, market stand"),
    "5651": _("Clothes"),
    "5942": _("Books"),
    "5912": _("Pharmacy"),
    "5999": _("Other shop"),
    "7230": _("Hairdresser, beauty"),
    "7922": _("Tickets, theatre, concerts"),
    "7999": _("Sports, leisure"),
    "8299": _("School, courses"),
    "4121": _("Taxi"),
    "7299": _("Other services"),
}
