"""Passwords of the dashboard: the same small Argon2id as for PINs (docs/decisions/0017)."""

from uuid import UUID

from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password

from identity.models import User


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
