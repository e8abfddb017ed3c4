"""Users, the sessions of their devices, and the proofs of their addresses."""

from typing import ClassVar, Self
from uuid import UUID

import uuid6
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac


class User(AbstractBaseUser):
    """A person: a customer, a member of a shop's staff, or both."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    name = models.CharField(max_length=80)
    email = models.EmailField(unique=True, null=True)  # noqa: DJ001  unique where given
    phone = models.CharField(max_length=16, unique=True, null=True)  # noqa: DJ001  the same
    pin_hash = models.CharField(max_length=128, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())
    # In which letters are written; empty where nobody chose one.
    language = models.CharField(max_length=10, blank=True, default="", db_default="")
    # Part of every dashboard session's check: raised, it ends all of them.
    session_epoch = models.PositiveIntegerField(default=0, db_default=0)

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

    def get_session_auth_hash(self) -> str:
        """Return what a dashboard session is held against: a new password or epoch ends it."""
        facts = f"{self.password}:{self.session_epoch}"
        return salted_hmac("identity.User.session", facts, algorithm="sha256").hexdigest()


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


class AuthenticatorApp(models.Model):
    """The second factor of a sign-in: a secret that makes a code of six digits each 30 s."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    # Sealed by a key that is not in the database (`identity/sealing.py`).
    secret = models.BinaryField(max_length=128)
    # The 30 seconds of the code that was used last: each is good for one sign-in.
    last_step = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"app of {self.user_id}"


class RecoveryCode(models.Model):
    """A code on paper, for whoever has lost the phone; each works once."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    digest = models.BinaryField(max_length=32)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "digest"], name="identity_recoverycode_one_a_digest"
            )
        ]

    def __str__(self) -> str:
        return f"of {self.user_id}"


class Passkey(models.Model):
    """A key that a device or a password manager holds, and that signs the sign-in."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    credential_id = models.BinaryField(max_length=1023, unique=True)
    # Its id and public key, as the authenticator attested them.
    credential = models.BinaryField(max_length=4096)
    sign_count = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class DashboardSession(AbstractBaseSession):
    """A browser that is signed in to the dashboard or the console, or on the way there."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", null=True)
    device_name = models.CharField(max_length=120, blank=True)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    user_id: UUID | None

    def __str__(self) -> str:
        return f"{self.user_id} on {self.device_name}"


class Agreement(models.Model):
    """A wish of one person that takes effect once a second one agrees; declined by either."""

    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    reason = models.CharField(max_length=500)
    agreed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    agreed_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    withdrawn_at = models.DateTimeField(null=True)

    asked_by_id: UUID
    agreed_by_id: UUID | None

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(agreed_by=None, agreed_at=None)
                | ~models.Q(agreed_by=models.F("asked_by"))
                & models.Q(agreed_by__isnull=False, agreed_at__isnull=False),
                name="%(app_label)s_%(class)s_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(agreed_at=None) | models.Q(withdrawn_at=None),
                name="%(app_label)s_%(class)s_decided_once",
            ),
        ]

    @property
    def is_open(self) -> bool:
        """Return whether it waits for a second person."""
        return self.agreed_at is None and self.withdrawn_at is None
