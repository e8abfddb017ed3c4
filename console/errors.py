"""Refusals of the console."""

from django.utils.translation import gettext


class AccountNeedsAnother(Exception):
    """Customers' money is led to another account by two people, never by one."""

    def __init__(self) -> None:
        super().__init__(
            gettext("You added this account. Somebody else has to put it into use.")
        )


class OwnWallet(Exception):
    """Nobody credits their own wallet, nor another account of the same person."""

    def __init__(self) -> None:
        super().__init__(
            gettext("This wallet is your own. Somebody else has to decide. Nothing was moved.")
        )
