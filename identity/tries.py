"""Wrong tries at a PIN or password, counted for each place where they are made.

Each place has five: a till its own for each cashier, a signed-in wallet its own, a device its
own on which somebody has signed in before, and all strangers together theirs. So nobody locks
anybody out of a place they do not hold (docs/decisions/0017).
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection

from identity.models import Tries

TRIES_MAX = 5
# Of logins that nobody has, so many are told apart: the rows stay few, whatever is tried.
_NOBODIES = 4096
_COUNT = """
    INSERT INTO identity_tries AS row (subject, scope, count)
    VALUES (%(subject)s, %(scope)s, 1)
        ON CONFLICT (subject, scope) DO UPDATE
       SET count = CASE WHEN row.locked_until <= clock_timestamp() THEN 1
                        ELSE least(row.count + 1, 10000) END,
           locked_until = CASE WHEN row.locked_until <= clock_timestamp() THEN NULL
                               WHEN row.locked_until IS NULL AND row.count + 1 >= %(max)s
                               THEN clock_timestamp() + make_interval(secs => %(lock_s)s)
                               ELSE row.locked_until END
 RETURNING count, locked_until
"""


@dataclass(frozen=True, slots=True)
class Try:
    """One try: how many there were with it, and the end of the lock, if there is one."""

    number: int
    locked_until: datetime | None

    @property
    def is_allowed(self) -> bool:
        """Whether the try counts; after five none does until the lock ends."""
        return self.number <= TRIES_MAX


def at_till(terminal_id: UUID) -> str:
    """Return the place of those who stand at a till."""
    return f"till:{terminal_id}"


def in_wallet(session_id: UUID | None) -> str:
    """Return the place of a device that is signed in to a wallet."""
    return f"wallet:{session_id}" if session_id else "wallet"


def count_try(subject: UUID, *, scope: str) -> Try:
    """Count a try, and lock its row until the transaction ends.

    Tries at the same moment so follow each other. Every try writes, whatever comes of it:
    the time it takes tells nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT,
            {
                "subject": subject,
                "scope": scope,
                "max": TRIES_MAX,
                "lock_s": settings.PIN_LOCK_S,
            },
        )
        number, locked_until = cursor.fetchone() or (TRIES_MAX, None)
    return Try(number, locked_until)


def forget_tries(subject: UUID, *, scope: str) -> None:
    """Begin to count anew: the try was right."""
    Tries.objects.filter(subject=subject, scope=scope).update(count=0, locked_until=None)


def forget_all_tries(subject: UUID) -> None:
    """Begin to count anew everywhere: the secret is another one."""
    Tries.objects.filter(subject=subject).update(count=0, locked_until=None)


def find_lock(subject: UUID, *, scope: str) -> datetime | None:
    """Return the end of the lock at this place, which may be past."""
    tries = Tries.objects.filter(subject=subject, scope=scope)
    return tries.values_list("locked_until", flat=True).first()


def name_nobody(login: str) -> UUID:
    """Return whom the tries at a login that nobody has are counted for."""
    digest = hashlib.sha256(login.strip().lower().encode(errors="replace")).digest()
    return UUID(int=int.from_bytes(digest[:4]) % _NOBODIES)
