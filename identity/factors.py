"""The second factor of a sign-in: an authenticator app (RFC 6238) and recovery codes.

A code works once: the app's by the step of time that was used last, a recovery code by its own
row. Wrong ones are counted like passwords, five for each place (docs/decisions/0017).
"""

import hmac
import secrets
import time
from uuid import UUID

import pyotp
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from foundation.digits import fold_digits
from identity.devices import Device
from identity.errors import FactorAlready, FactorLocked, FactorWrong
from identity.models import AuthenticatorApp, Passkey, RecoveryCode, User
from identity.sealing import SealBroken, derive_key, seal, unseal
from identity.tries import count_try, forget_tries

RECOVERY_CODES = 10
_ISSUER = "Tessera"
_STEP_S, _APP_DIGITS = 30, 6
# A phone's clock may be half a minute off.
_DRIFT = (0, -1, 1)
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 10
_MEANT = str.maketrans("OIL", "011")


def has_factor(user_id: UUID) -> bool:
    """Return whether this person's sign-in asks for a second factor."""
    return (
        AuthenticatorApp.objects.filter(pk=user_id).exists()
        or Passkey.objects.filter(user_id=user_id).exists()
    )


def make_app_secret() -> str:
    """Draw a secret for an authenticator app, in the base 32 that people can type."""
    return pyotp.random_base32()


def write_app_link(user: User, secret: str) -> str:
    """Write the link that an authenticator app scans."""
    name = user.email or user.name
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=_ISSUER)


@transaction.atomic
def add_app(user: User, secret: str, code: str) -> None:
    """Add an authenticator app that has shown the right code; the first factor ends sessions.

    Raises:
        FactorWrong: the app shows another code.
        FactorAlready: there is an app.
    """
    step = _find_step(secret, _fold_digits(code))
    if step is None:
        raise FactorWrong
    begin_factor(user)
    sealed = seal(secret.encode(), of=user.id)
    _, is_new = AuthenticatorApp.objects.get_or_create(
        user=user, defaults={"secret": sealed, "last_step": step}
    )
    if not is_new:
        raise FactorAlready


@transaction.atomic
def renew_recovery_codes(user: User) -> list[str]:
    """Draw ten recovery codes in place of all older ones; they are shown this once."""
    _lock(user)
    RecoveryCode.objects.filter(user=user).delete()
    codes = [_draw_recovery_code() for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=_digest(user.id, code)) for code in codes
    )
    return codes


def keep_app(user: User, secret: str) -> None:
    """Keep an app's secret without asking for its code, as for the demo's operator."""
    AuthenticatorApp.objects.create(user=user, secret=seal(secret.encode(), of=user.id))


def show_app_code(secret: str) -> str:
    """Return the code that an app with this secret shows now."""
    return pyotp.TOTP(secret).now()


def count_recovery_codes(user_id: UUID) -> int:
    """Count the recovery codes that are left."""
    return RecoveryCode.objects.filter(user_id=user_id, used_at=None).count()


@transaction.atomic
def remove_factors(user: User) -> None:
    """Forget app, passkeys and recovery codes: the password alone signs in again."""
    for rows in (AuthenticatorApp, Passkey, RecoveryCode):
        rows.objects.filter(user=user).delete()


def check_factor(user: User, code: str, *, device: Device) -> None:
    """Check a code of the app, or a recovery code, which is used up by it.

    Raises:
        FactorWrong: it is neither; the try was counted.
        FactorLocked: five were wrong at this place.
    """
    scope = f"factor:{device.name}" if device.knows(user) else "factor"
    # Committed before the refusal, so that the try stays counted.
    with transaction.atomic(durable=True):
        tried = count_try(user.id, scope=scope)
        is_right = tried.is_allowed and _use_up(user.id, code)
        if is_right:
            forget_tries(user.id, scope=scope)
    if is_right:
        return
    if tried.locked_until is not None:
        raise FactorLocked(tried.locked_until)
    raise FactorWrong


def begin_factor(user: User) -> None:
    """End all of the person's dashboard sessions if no factor is known yet.

    They were opened by the password alone; the caller keeps its own. Must run in the
    transaction that adds the factor, and holds the person's row until its end.
    """
    _lock(user)
    if not has_factor(user.id):
        end_sessions(user)


def end_sessions(user: User) -> None:
    """End all dashboard sessions of a person; the caller keeps its own by signing in anew."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])


def _lock(user: User) -> None:
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _use_up(user_id: UUID, code: str) -> bool:
    digits = _fold_digits(code)
    if len(digits) == _APP_DIGITS and digits.isdecimal():
        return _use_up_app_code(user_id, digits)
    digest = _digest(user_id, digits.upper().translate(_MEANT))
    mine = RecoveryCode.objects.filter(user_id=user_id, digest=digest, used_at=None)
    return bool(mine.update(used_at=Now()))


def _use_up_app_code(user_id: UUID, digits: str) -> bool:
    app = AuthenticatorApp.objects.filter(pk=user_id).first()
    if app is None:
        return False
    try:
        secret = unseal(bytes(app.secret), of=user_id).decode()
    except SealBroken:
        return False
    step = _find_step(secret, digits)
    mine = AuthenticatorApp.objects.filter(pk=user_id, last_step__lt=step or 0)
    return step is not None and bool(mine.update(last_step=step))


def _find_step(secret: str, digits: str) -> int | None:
    now = int(time.time()) // _STEP_S
    app = pyotp.TOTP(secret)
    for drift in _DRIFT:
        if hmac.compare_digest(app.generate_otp(now + drift).encode(), digits.encode()):
            return now + drift
    return None


def _fold_digits(code: str) -> str:
    return "".join(fold_digits(code).replace("-", "").split())


def _draw_recovery_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    return f"{letters[:5]}-{letters[5:]}"


def _digest(user_id: UUID, code: str) -> bytes:
    text = code.replace("-", "").encode(errors="replace")
    return hmac.digest(derive_key("recovery"), user_id.bytes + text, "sha256")
