"""PINs: six digits, Argon2 with a pepper, five tries counted by the database.

Six digits cannot withstand guessing offline whatever the hash costs; what holds is the
pepper (kept outside the database) and the counter. So the hash is a small Argon2id
profile of 19 MiB (OWASP's minimum), not Django's 100 MiB: docs/decisions/0006.
"""

import hashlib
import hmac
import re
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from foundation.digits import fold_digits
from identity.errors import PinLocked, PinWrong
from identity.models import User

# Of any script: a PIN set on one keyboard is typed on another.
PIN_PATTERN = re.compile(r"\d{6}\Z")
_TRIES_MAX = 5
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_COUNT_TRY = """
    UPDATE identity_user
       SET pin_failed_count = CASE WHEN pin_locked_until <= clock_timestamp() THEN 1
                                   ELSE pin_failed_count + 1 END,
           pin_locked_until = CASE WHEN pin_failed_count = %(last)s THEN
               clock_timestamp() + make_interval(secs => %(lock_s)s) END
     WHERE id = %(user)s
       AND (pin_failed_count < %(max)s OR pin_locked_until <= clock_timestamp())
 RETURNING pin_failed_count, pin_hash
"""


def set_pin(user: User, pin: str) -> None:
    """Give a person a new PIN and forget earlier wrong tries.

    Raises:
        ValueError: not six digits.
    """
    if not PIN_PATTERN.match(pin):
        raise ValueError("A PIN has six digits.")
    user.pin_hash = _hasher.hash(_pepper(pin))
    user.pin_failed_count = 0
    user.pin_locked_until = None
    user.save(update_fields=["pin_hash", "pin_failed_count", "pin_locked_until"])


def check_pin(user_id: UUID, pin: str) -> None:
    """Check a PIN; the try is counted before it is looked at, and forgotten if right.

    Counting locks the person until the try is decided: tries at the same moment follow
    each other, so five are looked at, and right ones are never taken for wrong ones. Owns
    its transaction, because a count that rolls back would be a free guess.

    Raises:
        PinWrong: says how many tries are left.
        PinLocked: this was the fifth wrong try, or the lock has not ended.
    """
    with transaction.atomic(durable=True):
        tries, pin_hash = _count_try(user_id)
        if pin_hash and _matches(pin_hash, pin):
            User.objects.filter(pk=user_id).update(pin_failed_count=0, pin_locked_until=None)
            return
    if not pin_hash:
        # Locked, or no PIN at all: the time an answer takes must not tell which.
        spend_time_of_a_check()
    if tries >= _TRIES_MAX:
        raise PinLocked(_read_lock(user_id))
    raise PinWrong(_TRIES_MAX - tries)


def spend_time_of_a_check() -> None:
    """Take as long as a check does, where there is no PIN to look at."""
    _matches(_decoy_hash(), "000000")


def _count_try(user_id: UUID) -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT_TRY,
            {
                "user": user_id,
                "max": _TRIES_MAX,
                "last": _TRIES_MAX - 1,
                "lock_s": settings.PIN_LOCK_S,
            },
        )
        return cursor.fetchone() or (_TRIES_MAX, "")


def _read_lock(user_id: UUID) -> datetime:
    locked_until = User.objects.values_list("pin_locked_until", flat=True).get(pk=user_id)
    return locked_until or timezone.now()


def _matches(pin_hash: str, pin: str) -> bool:
    try:
        return _hasher.verify(pin_hash, _pepper(pin))
    except (VerifyMismatchError, InvalidHashError):
        return False


def _pepper(pin: str) -> bytes:
    return hmac.digest(settings.PIN_PEPPER.encode(), fold_digits(pin).encode(), hashlib.sha256)


@lru_cache(maxsize=1)
def _decoy_hash() -> str:
    return _hasher.hash(_pepper("decoy"))
