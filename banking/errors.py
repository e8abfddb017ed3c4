"""Refusals of banking."""

from django.utils.translation import gettext


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
