"""PINs: six digits, Argon2 with a pepper, five tries counted by the database.

Six digits cannot withstand offline guessing whatever the hash costs; the pepper (kept outside
the database) and the counter protect them. So the hash is a small Argon2id profile of 19 MiB
(OWASP's minimum), not Django's 100 MiB: docs/decisions/0006.
"""

import hashlib
import hmac
import re
from functools import lru_cache
from itertools import pairwise
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from django.conf import settings
from django.db import transaction

from foundation.digits import fold_digits
from identity.errors import PinLocked, PinTooEasy, PinWrong
from identity.lanes import KNOWN
from identity.models import User
from identity.tries import TRIES_MAX, count_try, forget_all_tries, forget_tries

# Digits of any script: a PIN set on one keyboard may be typed on another.
PIN_PATTERN = re.compile(r"\d{6}\Z")
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def set_pin(user: User, pin: str) -> None:
    """Set a person's PIN and forget earlier wrong tries.

    Raises:
        ValueError: not six digits.
    """
    if not PIN_PATTERN.match(pin):
        raise ValueError("A PIN has six digits.")
    user.pin_hash = _hasher.hash(_pepper(pin))
    user.save(update_fields=["pin_hash"])
    forget_all_tries(user.id)


def refuse_easy_pin(pin: str) -> None:
    """Refuse a new PIN that is among the first that anybody tries.

    Those are the PINs of one or two digits only, of steps up or down (`123456`, `987654`,
    `135791`), and of the same two or three digits again and again (`121212`, `123123`).

    Raises:
        PinTooEasy: say whether it is a PIN at all.
    """
    if not PIN_PATTERN.match(pin):
        raise PinTooEasy(is_pin=False)
    digits = [int(digit) for digit in pin]
    steps = {(after - before) % 10 for before, after in pairwise(digits)}
    if len(set(pin)) <= 2 or len(steps) == 1 or pin[:3] == pin[3:] or pin[:2] * 3 == pin:
        raise PinTooEasy(is_pin=True)


def check_pin(user_id: UUID, pin: str, *, scope: str) -> None:
    """Check the PIN of a known person, at a place of `identity.tries`.

    The try is counted before the PIN is checked, and forgotten if right. Counting locks the
    place until the try is decided: of simultaneous tries at most five are checked, and a right
    one never counts as wrong. Owns its transaction, because a count that rolls back would be a
    free guess.

    Raises:
        PinWrong: says how many tries are left.
        PinLocked: this was the fifth wrong try, or the lock has not ended.
        ChecksWait: too many are being checked; nothing was counted.
    """
    with KNOWN.enter(), transaction.atomic(durable=True):
        tried = count_try(user_id, scope=scope)
        if tried.is_allowed and is_pin_of(user_id, pin):
            forget_tries(user_id, scope=scope)
            return
    if tried.locked_until is not None:
        raise PinLocked(tried.locked_until)
    raise PinWrong(TRIES_MAX - tried.number)


def is_pin_of(user_id: UUID, pin: str) -> bool:
    """Return whether this is the person's PIN; takes as long if there is no such person.

    A right PIN with another hash profile, as of an older version, is hashed anew.
    """
    people = User.objects.filter(pk=user_id)
    pin_hash = people.values_list("pin_hash", flat=True).first()
    is_right = _matches(pin_hash or _decoy_hash(), pin)
    if not pin_hash or not is_right:
        return False
    if _hasher.check_needs_rehash(pin_hash):
        people.update(pin_hash=_hasher.hash(_pepper(pin)))
    return True


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
