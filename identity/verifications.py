"""Prove that somebody reads the mail or the texts of an address, by a code of eight digits.

The code is an HMAC of the row's id, so no row holds it; it lives for ten minutes and five
tries. An address gets a few codes in half an hour: of a hundred million, nobody guesses one.
"""

import hashlib
import hmac
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from foundation.digits import fold_digits
from identity.errors import CodesTooMany, CodeWrong, VerificationOver
from identity.models import Verification
from identity.tries import count_try, name_nobody

LIFE = timedelta(minutes=10)
_MOMENT = timedelta(minutes=1)
_TRIES_MAX = 5
_DIGITS = 8
_SALT = "identity.verifications"


@transaction.atomic
def start_verification(purpose: str, *, address: str, name: str = "") -> Verification:
    """Start the proof of an address; the caller sends the code.

    Raises:
        CodesTooMany: the address was sent several just now.
    """
    if not count_try(name_nobody(address), scope=f"codes:{purpose}").is_allowed:
        raise CodesTooMany
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
    """
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
