"""Identify people who sign in, and start and end the wallet's sessions."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import phonenumbers
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from identity.bearer import digest_secret, make_secret
from identity.devices import Device
from identity.errors import SignInLocked, SignInRefused
from identity.lanes import KNOWN, STRANGERS
from identity.models import Session, User
from identity.passwords import is_password_of
from identity.pins import is_pin_of
from identity.tries import TRIES_MAX, count_try, forget_tries, name_nobody

_LOOKS_MAX = 3
_NOBODY = UUID(int=0)


def identify_by_pin(login: str, *, pin: str, device: Device) -> User:
    """Return the person with this phone number or e-mail and PIN.

    Raises:
        SignInRefused: no such person, not this PIN, or the PIN is locked; the same refusal, so
            that trying numbers does not reveal who has a wallet.
        SignInLocked: there is a lock, and the PIN is right or the device known.
        ChecksWait: too many are signing in; nothing was counted.
    """
    return _identify(
        find_user(login),
        login,
        surface="sign-in",
        device=device,
        is_right=lambda subject: is_pin_of(subject, pin),
    )


def identify_by_password(email: str, *, password: str, device: Device) -> User:
    """Return the person with this e-mail and password.

    Raises:
        SignInRefused, SignInLocked, ChecksWait: as by PIN.
    """
    known = User.objects.filter(email=email.strip().lower(), is_active=True)
    user = known.first() if email.isprintable() else None
    return _identify(
        user,
        email,
        surface="dashboard",
        device=device,
        is_right=lambda subject: is_password_of(subject, password),
    )


def _identify(
    user: User | None,
    login: str,
    *,
    surface: str,
    device: Device,
    is_right: Callable[[UUID], bool],
) -> User:
    is_known = user is not None and device.knows(user)
    lane, scope = (KNOWN, f"{surface}:{device.name}") if is_known else (STRANGERS, surface)
    subject = user.id if user else name_nobody(login)
    with lane.enter(), transaction.atomic(durable=True):
        tried = count_try(subject, scope=scope)
        # A right secret is told of the lock, but each check is a guess, so only a few are made.
        looked_at = tried.number <= TRIES_MAX + _LOOKS_MAX
        right = is_right(subject if looked_at else _NOBODY) and user is not None
        if right and tried.is_allowed:
            forget_tries(subject, scope=scope)
    if right and user is not None and tried.is_allowed:
        return user
    if tried.locked_until is not None and (right or is_known):
        raise SignInLocked(tried.locked_until, user_id=subject)
    raise SignInRefused


def start_session(user: User, *, device_name: str) -> str:
    """Start a session for an identified person; return its secret."""
    secret = make_secret("ws")
    Session.objects.create(
        user=user,
        digest=digest_secret(secret),
        device_name=device_name[:120],
        expires_at=timezone.now() + timedelta(days=settings.SESSION_LIFE_DAYS),
    )
    return secret


def end_session(secret: str) -> UUID | None:
    """End a session and return its id; ending it again changes nothing."""
    sessions = Session.objects.filter(digest=digest_secret(secret))
    sessions.filter(ended_at=None).update(ended_at=timezone.now())
    return sessions.values_list("id", flat=True).first()


def find_user(login: str) -> User | None:
    """Find the active person with this phone number or e-mail address."""
    if not login.isprintable():
        return None
    return find_by_address(login.strip().lower() if "@" in login else normalize_phone(login))


def find_by_address(address: str) -> User | None:
    """Find the active person with exactly this e-mail, in lower case, or number, in E.164.

    An address is one or the other: `+353871234567/x@mail.test` is nobody's number.
    """
    kind = "email" if "@" in address else "phone"
    return User.objects.filter(is_active=True, **{kind: address}).first()


def normalize_phone(text: str) -> str:
    """Return a phone number as E.164 (`+353871234567`); empty if it is none."""
    # The reader of numbers takes the first one that it finds, also within an e-mail address.
    if "@" in text:
        return ""
    try:
        number = phonenumbers.parse(text, settings.DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read_new_phone(text: str) -> str:
    """Return a number that somebody gives as theirs, as E.164; empty if it cannot be one."""
    number = normalize_phone(text)
    is_possible = number and phonenumbers.is_possible_number(phonenumbers.parse(number))
    return number if is_possible else ""
