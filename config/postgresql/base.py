"""Connections that are looked at before each request, without asking the server."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, but for the health check."""

    def is_usable(self) -> bool:
        """Tell whether the connection is still there.

        An idle connection has nothing to say, except that it was ended: so a look at its
        socket does for what Django asks `SELECT 1`, a quarter of a checkout's round trips.
        """
        if self.connection is None or self.connection.closed:
            return False
        if self.errors_occurred or _has_news(self.connection.fileno()):
            usable: bool = super().is_usable()
            return usable
        return True


def _has_news(descriptor: int) -> bool:
    # Not `select`, which knows no descriptor above 1023.
    look = select.poll()
    look.register(descriptor, select.POLLIN)
    return bool(look.poll(0))
