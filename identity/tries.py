"""Wrong tries at a PIN or password, counted per place.

Each place allows five: a till for each cashier, a signed-in wallet, a device on which somebody
has signed in before, and all strangers together. So nobody can lock a person out at a place
they do not hold (docs/decisions/0017).
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection

from identity.models import Tries

TRIES_MAX = 5
# Unknown logins share this many rows, so that the table stays small whatever is tried.
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
    """One try: the count including it, and the end of the lock, if there is one."""

    number: int
    locked_until: datetime | None

    @property
    def is_allowed(self) -> bool:
        """Return whether the try may be checked; after five none may until the lock ends."""
        return self.number <= TRIES_MAX


def at_till(terminal_id: UUID) -> str:
    """Return the place of tries at a till."""
    return f"till:{terminal_id}"


def in_wallet(session_id: UUID | None) -> str:
    """Return the place of tries on a device that is signed in to a wallet."""
    return f"wallet:{session_id}" if session_id else "wallet"


def count_try(subject: UUID, *, scope: str) -> Try:
    """Count a try, and lock its row until the transaction ends.

    So simultaneous tries are serialized. Every try writes, whatever its result, so that its
    duration reveals nothing.
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
    """Reset the count: the try was right."""
    Tries.objects.filter(subject=subject, scope=scope).update(count=0, locked_until=None)


def forget_all_tries(subject: UUID) -> None:
    """Reset all counts: the secret was replaced."""
    Tries.objects.filter(subject=subject).update(count=0, locked_until=None)


def find_lock(subject: UUID, *, scope: str) -> datetime | None:
    """Return the end of the lock at this place, which may be past."""
    tries = Tries.objects.filter(subject=subject, scope=scope)
    return tries.values_list("locked_until", flat=True).first()


def name_nobody(login: str) -> UUID:
    """Return the subject that counts the tries at an unknown login."""
    digest = hashlib.sha256(login.strip().lower().encode(errors="replace")).digest()
    return UUID(int=int.from_bytes(digest[:4]) % _NOBODIES)
