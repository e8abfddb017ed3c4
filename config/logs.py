"""Keeps secrets out of logs, whoever writes them."""

import logging
import re

# A link is all that is needed to open what it leads to: a charge, a receipt, a new password or
# PIN, an invitation, a shop's application, a wallet that is being opened, a printer's work.
_LINK = re.compile(
    r"(/[pr]/|/password/us_[0-9a-z]{26}/|/invitation/|/join/|/print/|/wallet/pin/)[0-9a-z:_-]{26,}",
    re.IGNORECASE,
)


class LinkShortener(logging.Filter):
    """Cut the secret out of links, `/p/…`; drops no line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Put the shortened message in place of the line's own."""
        record.msg, record.args = _LINK.sub(r"\1…", record.getMessage()), ()
        return True
