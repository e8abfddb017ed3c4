"""Why a till's drawer is not changed or closed so; the API has none of these."""

from django.utils.translation import gettext

from ledger.templatetags.money import money_of


class DrawerRefused(Exception):
    """The drawer cannot be changed so; the message says why."""


class DifferenceUnexplained(Exception):
    """Other cash was counted in a drawer than expected, and nobody said why."""

    def __init__(self, difference_minor: int, currency: str) -> None:
        """Keep the difference, below zero where cash is missing."""
        words = (
            gettext("%(amount)s is missing. Say why, then close.")
            if difference_minor < 0
            else gettext("%(amount)s is too much. Say why, then close.")
        )
        super().__init__(words % {"amount": money_of(abs(difference_minor), currency)})
        self.difference_minor = difference_minor
