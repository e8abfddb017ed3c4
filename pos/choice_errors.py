"""Why a price that is typed at the till, or what is chosen of an item, is refused."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.refusals import problem
from ledger.templatetags.money import money_of


@problem(422, "price_fixed", field="lines")
class PriceFixed(Exception):
    """The item has a price of its own, and another one was sent."""

    def __init__(self, name: str) -> None:
        words = gettext("The price of %(item)s is fixed. Leave it out.")
        super().__init__(words % {"item": name})


@problem(422, "price_too_low", field="lines")
class PriceTooLow(Exception):
    """The price that was typed is below the least one of the item."""

    def __init__(self, name: str, least_minor: int, currency: str) -> None:
        words = gettext("%(item)s costs at least %(least)s.")
        super().__init__(words % {"item": name, "least": money_of(least_minor, currency)})


_UNFIT = {
    "unknown": _("%(item)s has no such choice."),
    "few": _("%(item)s: choose at least %(least)s of %(group)s."),
    "many": _("%(item)s: choose at most %(most)s of %(group)s."),
    "free": _("%(item)s would cost nothing. Choose something else."),
}


@problem(422, "choices_unfit", field="lines")
class ChoicesUnfit(Exception):
    """What was chosen of the item is unknown, too little, too much, or leaves no price."""

    def __init__(self, why: str, **facts: str | int) -> None:
        super().__init__(_UNFIT[why] % facts)
