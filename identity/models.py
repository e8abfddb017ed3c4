"""Users, the sessions of their devices, and the proofs of their addresses."""

from typing import ClassVar, Self

import uuid6
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Now


class User(AbstractBaseUser):
    """A person: a customer, a member of a shop's staff, or both."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    name = models.CharField(max_length=80)
    email = models.EmailField(unique=True, null=True)  # noqa: DJ001  unique where given
    phone = models.CharField(max_length=16, unique=True, null=True)  # noqa: DJ001  the same
    pin_hash = models.CharField(max_length=128, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = "email"
    objects: ClassVar[BaseUserManager[Self]] = BaseUserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=models.functions.Lower("email")),
                name="identity_user_email_lower_case",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def addresses(self) -> list[str]:
        """Return where the person can be told something: the e-mail address and the number."""
        return [address for address in (self.email, self.phone) if address]


class Session(models.Model):
    """A device on which a person has signed in to the wallet; only a digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="sessions")
    digest = models.BinaryField(max_length=32, unique=True)
    device_name = models.CharField(max_length=120)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id} on {self.device_name}"


class Tries(models.Model):
    """The wrong tries for one person, or for an unknown login, at one place."""

    subject = models.UUIDField()
    scope = models.CharField(max_length=80)
    count = models.PositiveSmallIntegerField()
    locked_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "scope"], name="identity_tries_one_a_place"
            )
        ]

    def __str__(self) -> str:
        return f"{self.count} at {self.scope}"


class Verification(models.Model):
    """The proof, by a code, that somebody reads the mail or the texts of an address.

    The code itself is kept nowhere: `identity/verifications.py` works it out from the id.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    purpose = models.CharField(max_length=20)
    # An e-mail address in lower case, or a phone number in E.164.
    address = models.CharField(max_length=254)
    name = models.CharField(max_length=80, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["address", "purpose", "created_at"],
                name="identity_verification_address",
            ),
            models.Index(fields=["created_at"], name="identity_verification_created"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.created_at}"
