"""Why the console refuses."""

from django.utils.translation import gettext


class SetUpClosed(Exception):
    """The installation is set up."""

    def __init__(self) -> None:
        super().__init__(gettext("This installation is set up already."))


class SetUpCodeWrong(Exception):
    """The code is not the one in the log."""

    def __init__(self) -> None:
        super().__init__(
            gettext("This is not the code. Copy it from the log of the web processes.")
        )


class SetUpCodeOver(Exception):
    """The code is too old, or was tried too often."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "This code is over. Run “manage.py first_run --new-code” on the server, as the"
                " owner of the tables: it draws a new one."
            )
        )


class OperatorAddressTaken(Exception):
    """Somebody has the e-mail address of the operator already."""

    def __init__(self) -> None:
        super().__init__(
            gettext("Somebody else here has this address. Type another one of yours.")
        )


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


class OwnDownload(Exception):
    """Whoever had the file in hand does not say alone that the bank has it not."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "You have downloaded this file. If the bank does not have it, another operator"
                " cancels the run. Nothing was changed."
            )
        )


class NotFrozen(Exception):
    """No operator has frozen the wallet."""

    def __init__(self) -> None:
        super().__init__(gettext("No operator has frozen this wallet."))


class AskedAlready(Exception):
    """Somebody has asked for this, and it waits for a second operator."""

    def __init__(self) -> None:
        super().__init__(gettext("Somebody has asked for this already."))


class LiftDecided(Exception):
    """It was granted or withdrawn meanwhile."""

    def __init__(self) -> None:
        super().__init__(gettext("Somebody else has decided meanwhile."))


class OwnMoney(Exception):
    """Nobody moves their own money by hand, nor that of a shop they work for."""

    def __init__(self) -> None:
        super().__init__(
            gettext("This money is yours or your shop's. Others have to decide about it.")
        )


class ChangeAlready(Exception):
    """It is so already, or somebody has asked for it."""

    def __init__(self) -> None:
        super().__init__(gettext("This is so already, or somebody has asked for it."))


class ChangeOver(Exception):
    """The invitation was accepted or withdrawn, or is too old."""

    def __init__(self) -> None:
        super().__init__(
            gettext("This invitation was used or withdrawn, or is older than a week.")
        )


class LastOperator(Exception):
    """Somebody has to be left who can decide."""

    def __init__(self) -> None:
        super().__init__(gettext("Nobody else is an operator. Invite somebody first."))
