"""Refusals of banking."""

from django.utils.translation import gettext


class OrderDiffers(Exception):
    """The same order was made before, with another amount or payee; nothing was made."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "This was ordered before, with another amount or account. Nothing was made."
            )
        )


class OrderAlive(Exception):
    """Another order for the same money is under way; nothing was made."""

    def __init__(self) -> None:
        super().__init__(gettext("This money is on its way already. Nothing was made."))


class OrderElsewhere(Exception):
    """The order's state does not allow the change; nothing moved."""

    def __init__(self, reference: str, status: str, wish: str) -> None:
        words = gettext("%(order)s is %(status)s and cannot be %(wish)s. Nothing moved.")
        super().__init__(words % {"order": reference, "status": status, "wish": wish})


class OrderOnItsWay(Exception):
    """The order is in a file that may be at the bank; it can no longer be canceled."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "It is on its way to the bank and can no longer be canceled. Nothing moved."
            )
        )


class EntryDiffers(Exception):
    """The bank moved another amount than was ordered; nothing was booked."""

    def __init__(self, reference: str) -> None:
        words = gettext(
            "The bank moved another amount than %(order)s says. Nothing was booked."
        )
        super().__init__(words % {"order": reference})


class AddressIncomplete(Exception):
    """Banks take an address in parts alone, and not without town and country."""

    def __init__(self) -> None:
        super().__init__(
            gettext("Banks want town and country with this account. Type both of them.")
        )


class IbanRefused(Exception):
    """The text is no IBAN, or of no bank that is known."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "This is no valid IBAN. Check each letter and digit, or copy it from your bank."
            )
        )


class IbanOutOfReach(Exception):
    """The account is in a country that a payment in this currency does not reach."""

    def __init__(self, country: str) -> None:
        words = gettext("Euro payments do not reach accounts in %(country)s.")
        super().__init__(words % {"country": country})


class NameUnwritable(Exception):
    """The name cannot be sent to a bank whole."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "Banks cannot read this name. Type it as the bank writes it, in up to 70 Latin"
                " letters."
            )
        )


class AddressUnwritable(Exception):
    """A part of the address is longer than banks take, as it is written for them."""

    def __init__(self) -> None:
        super().__init__(
            gettext("Banks cannot take this address: a part of it is too long. Shorten it.")
        )


class NothingToSend(Exception):
    """No order of this account waits."""

    def __init__(self) -> None:
        super().__init__(gettext("No order waits for this account. No run was made."))


class RunElsewhere(Exception):
    """The run's state does not allow the change."""

    def __init__(self, status: str) -> None:
        words = gettext("This run is %(status)s meanwhile. Nothing was changed.")
        super().__init__(words % {"status": status})


class OwnRun(Exception):
    """The run is released by another person than whoever made it or decided what is in it."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "This run is released by another person than the one who made it, or who"
                " decided that money goes elsewhere than it came from."
            )
        )


class FileUnwritable(Exception):
    """A bank would refuse the file."""

    def __init__(self, reason: str) -> None:
        words = gettext("A bank would refuse this file: %(reason)s. Nothing was written.")
        super().__init__(words % {"reason": reason})


class FileDiffers(Exception):
    """The file would not be the one that was released."""

    def __init__(self, reference: str) -> None:
        words = gettext(
            "The file of %(run)s is not the one that was released. It is not written again."
        )
        super().__init__(words % {"run": reference})


class ReportRefused(Exception):
    """A report of the bank cannot be read, or is about something unknown; nothing changed."""

    def __init__(self, file_name: str, reason: str) -> None:
        words = gettext("%(file)s: %(reason)s Nothing was changed.")
        super().__init__(words % {"file": file_name or "pain.002", "reason": reason})
        self.reason = reason


class StatementUnreadable(Exception):
    """A bank's file says something that cannot be read; nothing of it is entered."""

    def __init__(self, reason: str, *, line: int | None = None, field: str = "") -> None:
        self.reason, self.line, self.field = reason, line, field
        super().__init__(reason)

    def describe(self, file_name: str) -> str:
        """Return one sentence that names the file, the line and the field."""
        facts = {"file": file_name, "line": self.line, "field": self.field, "why": self.reason}
        if self.line and self.field:
            return gettext("%(file)s, line %(line)s, %(field)s: %(why)s") % facts
        if self.line:
            return gettext("%(file)s, line %(line)s: %(why)s") % facts
        return gettext("%(file)s: %(why)s") % facts


class AccountUnknown(StatementUnreadable):
    """The file is of an account that is none of ours, or in another currency."""


class FileTooLarge(Exception):
    """An uploaded file is larger than pages take; the folder takes larger ones."""

    def __init__(self, most_mb: int) -> None:
        words = gettext(
            "The file is larger than %(count)s MB. Put it into the folder of the bank's files."
        )
        super().__init__(words % {"count": most_mb})


class BreakDecided(Exception):
    """Somebody has decided about this break meanwhile."""

    def __init__(self) -> None:
        super().__init__(gettext("This was decided meanwhile. Nothing was changed."))


class DecisionUnfit(Exception):
    """The decision does not fit this break; the message says why."""


class AdjustmentUnfit(Exception):
    """No money can be moved so; says why."""


class AdjustmentAlready(Exception):
    """Somebody has asked for an adjustment about this break."""

    def __init__(self) -> None:
        super().__init__(gettext("Somebody has asked for this already. Nothing was changed."))
