"""Prove that somebody reads the mail or the texts of an address, by a code of eight digits.

The code is an HMAC of the row's id, so no row holds it; it lives for ten minutes and five
tries. An address gets a few codes in half an hour, and all addresses together a number of codes
and of wrong tries in an hour: of a hundred million, nobody guesses one.
"""

import hashlib
import hmac
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from foundation.digits import fold_digits
from foundation.locks import lock_name
from identity.errors import CodesTooMany, CodeWrong, DoorsCrowded, VerificationOver
from identity.models import Verification

LIFE = timedelta(minutes=10)
_MOMENT = timedelta(minutes=1)
_TRIES_MAX = 5
_CODES_MAX = 5
_LATELY, _HOUR = timedelta(minutes=30), timedelta(hours=1)
_DIGITS = 8
_SALT = "identity.verifications"


@transaction.atomic
def start_verification(purpose: str, *, address: str, name: str = "") -> Verification:
    """Start the proof of an address; the caller sends the code.

    Raises:
        CodesTooMany: the address was sent several just now.
        DoorsCrowded: too many were sent in the last hour, to all addresses together.
    """
    # Of codes that are asked for at once for one address each sees those before it.
    lock_name(f"code of {purpose} for {address}")
    lately = Verification.objects.filter(created_at__gt=Now() - _LATELY)
    if lately.filter(purpose=purpose, address=address).count() >= _CODES_MAX:
        raise CodesTooMany
    if _list_of_hour().count() >= settings.CODES_HOUR_MAX:
        raise DoorsCrowded
    return Verification.objects.create(purpose=purpose, address=address, name=name)


def derive_code(verification_id: UUID) -> str:
    """Return the code of a verification."""
    secret = f"{_SALT}:{settings.SECRET_KEY}".encode()
    digest = hmac.digest(secret, verification_id.bytes, hashlib.sha256)
    return f"{int.from_bytes(digest) % 10**_DIGITS:0{_DIGITS}}"


def find_verification(verification_id: UUID, *, purpose: str) -> Verification:
    """Find a verification that is under way.

    Raises:
        VerificationOver: it is too old, was used, or never was one.
    """
    young = timezone.now() - LIFE
    alive = Verification.objects.filter(purpose=purpose, used_at=None, created_at__gt=young)
    found = alive.filter(pk=verification_id).first()
    if found is None:
        raise VerificationOver
    return found


def confirm_code(verification: Verification, code: str) -> None:
    """Confirm the address by its code.

    The try is counted before the code is looked at, so simultaneous ones are not free.

    Raises:
        CodeWrong: another one was sent.
        VerificationOver: this was tried too often.
        DoorsCrowded: too many wrong codes were tried in the last hour; this one was not.
    """
    if _count_wrong() >= settings.WRONG_CODES_HOUR_MAX:
        raise DoorsCrowded
    mine = Verification.objects.filter(pk=verification.pk, tries__lt=_TRIES_MAX)
    if not mine.update(tries=F("tries") + 1):
        raise VerificationOver
    typed = "".join(fold_digits(code).replace("-", "").split())
    right = derive_code(verification.pk)
    if not hmac.compare_digest(typed.encode(errors="replace"), right.encode()):
        raise CodeWrong
    Verification.objects.filter(pk=verification.pk).update(confirmed_at=Now())
    verification.refresh_from_db()


def use_up(verification: Verification) -> None:
    """Use up a confirmed verification; must run inside the caller's transaction.

    Raises:
        VerificationOver: it was used meanwhile, or is not confirmed.
    """
    ready = Verification.objects.filter(
        pk=verification.pk, used_at=None, confirmed_at__isnull=False
    )
    if not ready.update(used_at=Now()):
        raise VerificationOver


def was_just_used(verification_id: UUID, *, purpose: str) -> bool:
    """Return whether this proof was used a moment ago, as by the first tap of two."""
    lately = timezone.now() - _MOMENT
    used = Verification.objects.filter(purpose=purpose, used_at__gt=lately)
    return used.filter(pk=verification_id).exists()


def write_token(verification: Verification, *, then: str) -> str:
    """Write the token that a browser holds during the proof: its id, and where to go then."""
    return signing.dumps([str(verification.pk), then], salt=_SALT)


def read_token(token: str) -> tuple[UUID, str]:
    """Read a browser's token.

    Raises:
        VerificationOver: it is not one of ours, or too old.
    """
    try:
        verification_id, then = signing.loads(token, salt=_SALT, max_age=LIFE)
    except signing.BadSignature:
        raise VerificationOver from None
    return UUID(verification_id), then


def _list_of_hour() -> QuerySet[Verification]:
    return Verification.objects.filter(created_at__gt=Now() - _HOUR)


def _count_wrong() -> int:
    wrong = Coalesce(Sum("tries"), 0) - Count("confirmed_at")
    counted: dict[str, int] = _list_of_hour().aggregate(wrong=wrong)
    return counted["wrong"]
