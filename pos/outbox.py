"""One connection to the mail server for many mails, opened for the first of them."""

import contextlib
import smtplib
from types import TracebackType
from typing import Self

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

# What is wrong with one mail or its address; ValueError is Django's word for the latter.
OUTBOX_REFUSALS = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPNotSupportedError,
    ValueError,
)
# Servers end a connection after a number of mails; few allow less than this.
_MAILS_EACH = 50


class Outbox:
    """The way to the mail server, closed at the end of the context."""

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
        """Connect, unless that was done and the connection may carry another mail.

        Raises:
            OSError: the server is not there.
        """
        if self._sent >= _MAILS_EACH:
            self.close()
        if self._server is None:
            self._server = _connect()

    def send(self, mail: EmailMessage) -> None:
        """Send a mail; one that fails on a used connection is sent again on a new one.

        A server may end a connection between two mails, and says so only to the next.

        Raises:
            OUTBOX_REFUSALS: the server takes this mail or its address not.
            OSError: the server went away.
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
        """Leave the server; what it says to that is nobody's concern."""
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
