"""Sign people in and out of the wallet, and find who holds a session."""

from datetime import timedelta

import phonenumbers
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from identity.bearer import digest_secret, make_secret
from identity.errors import PinLocked, PinWrong, SignInRefused
from identity.models import Session, User
from identity.pins import check_pin, spend_time_of_a_check


def sign_in(login: str, *, pin: str, device_name: str) -> str:
    """Sign a person in by phone number or e-mail and PIN; give the session's secret.

    Raises:
        SignInRefused: no such person, not this PIN, or the PIN is locked. They look alike,
            so that trying numbers tells nobody who has a wallet.
    """
    user = find_user(login)
    if user is None:
        spend_time_of_a_check()
        raise SignInRefused
    try:
        check_pin(user.id, pin)
    except (PinWrong, PinLocked):
        raise SignInRefused from None
    return start_session(user, device_name=device_name)


def start_session(user: User, *, device_name: str) -> str:
    """Start a session for a person whose identity was established; give its secret."""
    secret = make_secret("ws")
    Session.objects.create(
        user=user,
        digest=digest_secret(secret),
        device_name=device_name[:120],
        expires_at=timezone.now() + timedelta(days=settings.SESSION_LIFE_DAYS),
    )
    return secret


def end_session(secret: str) -> None:
    """End a session; ending it again changes nothing."""
    Session.objects.filter(digest=digest_secret(secret), ended_at=None).update(
        ended_at=timezone.now()
    )


def find_user(login: str) -> User | None:
    """Find the active person with this phone number or e-mail address."""
    if not login.isprintable():
        return None
    people = User.objects.filter(is_active=True)
    return people.filter(
        Q(email=login.strip().lower()) | Q(phone=normalize_phone(login))
    ).first()


def normalize_phone(text: str) -> str:
    """Write a phone number as E.164 (`+353871234567`); empty if it is none."""
    try:
        number = phonenumbers.parse(text, settings.DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
