"""Passwords of the dashboard: the same small Argon2id as for PINs (docs/decisions/0017).

A link lets somebody choose a new one: its token signs the present password, the last sign-in
and the time (Django's own), so it works once and nothing is kept of it.
"""

from uuid import UUID

from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction

from identity.models import User
from identity.tries import count_try, forget_all_tries, name_nobody


class SmallArgon2(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes, one lane: OWASP's smallest.

    Hashes of Django's own profile still verify; the next sign-in replaces them.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1


def is_password_of(user_id: UUID, password: str) -> bool:
    """Return whether this is the person's password; takes as long if they have none."""
    people = User.objects.filter(pk=user_id)
    encoded = people.values_list("password", flat=True).first()

    def hash_anew(right: str) -> None:
        people.update(password=make_password(right))

    return check_password(password, encoded or "", setter=hash_anew)


def choose_password(user: User, password: str) -> None:
    """Replace a person's password; their other sessions end, and wrong tries are forgotten."""
    user.set_password(password)
    user.save(update_fields=["password"])
    forget_all_tries(user.id)


def make_password_token(user: User) -> str:
    """Make the token by which this person chooses a new password, once."""
    return default_token_generator.make_token(user)


def find_by_password_token(user_id: UUID, token: str) -> User | None:
    """Find the active person who may choose a password by this token; None if nobody may."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or not default_token_generator.check_token(user, token):
        return None
    return user


@transaction.atomic
def find_forgetful(email: str) -> UUID | None:
    """Find whom a letter about a new password is for; the id is nobody's for unknown addresses.

    None for an address that was asked for too often.
    """
    if not email.isprintable():
        return None
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    subject = user.id if user else name_nobody(email)
    return subject if count_try(subject, scope="password link").is_allowed else None
