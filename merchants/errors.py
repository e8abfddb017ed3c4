"""Why a merchant's request is refused."""

from datetime import datetime

from django.utils.translation import gettext


class LastOwner(Exception):
    """A shop has an owner at any time."""

    def __init__(self) -> None:
        super().__init__(
            gettext("Nobody else owns this shop. Make somebody else an owner first.")
        )


class MemberAlready(Exception):
    """The person who is invited works here."""

    def __init__(self, name: str) -> None:
        words = gettext("%(name)s works here already, with this address.")
        super().__init__(words % {"name": name})


class InvitationOver(Exception):
    """The invitation was accepted or withdrawn, is too old, or never was one."""

    def __init__(self) -> None:
        super().__init__(
            gettext("This invitation is over. Ask the shop for another one, or sign in.")
        )


class VatNumberUnreadable(Exception):
    """The rules of the country refuse this VAT number."""

    def __init__(self) -> None:
        super().__init__(
            gettext("This is no VAT number of the country. Check each sign, or leave it empty.")
        )


class TooManyLetters(Exception):
    """The address was sent enough links for now."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "This address got several links just now. Wait half an hour, then try again."
            )
        )


class TooManyInvitations(Exception):
    """The shop has invited as many people as it may for now."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "This shop has invited many people. Withdraw invitations that nobody accepts,"
                " or go on tomorrow."
            )
        )


class OwnApplication(Exception):
    """Nobody decides about a shop of their own."""

    def __init__(self) -> None:
        super().__init__(gettext("This is your own shop. Another operator has to decide."))


class ApplicationDecided(Exception):
    """The application is decided, or its address is not confirmed yet."""

    def __init__(self) -> None:
        super().__init__(gettext("Somebody else has decided meanwhile. Nothing was changed."))


class AccountDecided(Exception):
    """The change of a bank account counts already, or was withdrawn."""

    def __init__(self) -> None:
        super().__init__(
            gettext("This change counts already, or was withdrawn. Nothing was changed.")
        )


class NewcomerConfirms(Exception):
    """Somebody confirms a change who was invited just now: a stolen sign-in can invite."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "Somebody who joined the shop shortly before confirms no change. Somebody who"
                " has been there longer does, or it counts when the wait is over."
            )
        )


class OwnAccountChange(Exception):
    """Somebody confirms the change that they asked for themselves."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "A second person confirms it: another owner or manager, not another sign-in of"
                " the same one."
            )
        )


class LogoUnfit(Exception):
    """The picture cannot be a shop's logo; the words say why."""


class NothingToPayAgain(Exception):
    """The payout is under way or booked, or there is no account for it."""

    def __init__(self) -> None:
        super().__init__(
            gettext("This payout is not owed again, or there is no bank account for it.")
        )


class NothingToSettle(Exception):
    """No sale and no refund since the last settlement."""

    def __init__(self) -> None:
        super().__init__(
            gettext("There is nothing to settle: no sale and no refund since the last one.")
        )


class AlreadySettled(Exception):
    """The balance was closed after the caller had read it."""

    def __init__(self) -> None:
        super().__init__(
            gettext("This settlement was closed meanwhile. Nothing more was closed.")
        )


class HoldDayUnfit(Exception):
    """The last day of a hold is over, or later than its rule allows."""

    def __init__(self, days_max: int) -> None:
        words = gettext(
            "Type a day from today on, %(days)s days from now at most by this rule."
        )
        super().__init__(words % {"days": days_max})


class HoldOver(Exception):
    """The hold was lifted, or has ended."""

    def __init__(self) -> None:
        super().__init__(gettext("This hold is over already. Nothing was changed."))


class LeaseLost(Exception):
    """Somebody else has leased the work, or done it, since this worker leased it."""


class CutInFuture(Exception):
    """A settlement cannot close over a time that has not come yet."""

    def __init__(self, cut_at: datetime, *, now: datetime) -> None:
        """Name both times, so that the log shows whose clock is wrong, and by how much."""
        super().__init__(
            f"The cut {cut_at.isoformat()} has not come yet: the database's clock says"
            f" {now.isoformat()}. Nothing was settled."
        )


class FeeRuleAlready(Exception):
    """Another change of the fee waits for a second person."""

    def __init__(self) -> None:
        super().__init__(
            gettext("A change of this fee waits already. Agree to it or withdraw it first.")
        )


class FeeRuleTooSoon(Exception):
    """A fee never changes for sales that may have been made."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "A fee changes tomorrow at the earliest, so that no sale is charged by two"
                " rules. Ask for it with a later day. Nothing was changed."
            )
        )


class JournalRefused(Exception):
    """A journal cannot be written for a program; it says why."""


class ExportsElsewhere(Exception):
    """The installation has no folder for long files."""

    def __init__(self) -> None:
        super().__init__(
            gettext("Files as long as this cannot be made here. Choose fewer days.")
        )


class TooManyExports(Exception):
    """Somebody waits for as many files as one may."""

    def __init__(self) -> None:
        super().__init__(
            gettext("You wait for several files already. Ask again when one of them is done.")
        )


class ReportMailUnknown(Exception):
    """A link that ends no mails."""

    def __init__(self) -> None:
        super().__init__(
            gettext("This link ends no mails. Sign in to see which reports come by mail.")
        )


class MonthNotOver(Exception):
    """A month whose fees are not final yet: the ledger has not closed it."""


class InvoiceRefused(Exception):
    """A shop's fees cannot be billed; it says why."""
