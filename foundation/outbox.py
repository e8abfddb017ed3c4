"""One connection to the mail server for many mails, opened for the first of them."""

import contextlib
import smtplib
from types import TracebackType
from typing import Self

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

# Failures of one mail or its address; Django raises ValueError for the latter.
OUTBOX_REFUSALS = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPNotSupportedError,
    ValueError,
)
# Servers end a connection after a number of mails; few allow fewer than this.
_MAILS_EACH = 50


class Outbox:
    """The connection to the mail server, closed at the end of the context."""

    def __init__(self) -> None:
        self._server: BaseEmailBackend | None = None
        self._sent = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _failure: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def open(self) -> None:
        """Connect, unless the open connection may carry another mail.

        Raises:
            OSError: the server cannot be reached.
        """
        if self._sent >= _MAILS_EACH:
            self.close()
        if self._server is None:
            self._server = _connect()

    def send(self, mail: EmailMessage) -> None:
        """Send a mail; one that fails on a used connection is sent again on a new one.

        A server may end a connection between two mails, which only the next mail reveals.

        Raises:
            OUTBOX_REFUSALS: the server refuses this mail or its address.
            OSError: the connection was lost.
        """
        try:
            self._send(mail)
        except OSError:
            if not self._sent:
                self.close()
                raise
            self.close()
            self._send(mail)

    def close(self) -> None:
        """Close the connection; its answer does not matter."""
        server, self._server, self._sent = self._server, None, 0
        if server is not None:
            with contextlib.suppress(OSError):
                server.close()

    def _send(self, mail: EmailMessage) -> None:
        self.open()
        mail.connection = self._server
        mail.send()
        self._sent += 1


def _connect() -> BaseEmailBackend:
    server = get_connection()
    server.open()
    return server
