"""Operators, and the log of what they did."""

from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now

from identity.models import User
from wallet.models import Wallet


class Operator(models.Model):
    """Somebody who works for the organisation that runs this installation."""

    user = models.OneToOneField(User, models.PROTECT, primary_key=True, related_name="+")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return str(self.user)


class AuditEntry(models.Model):
    """What an operator did: written in the deed's own transaction, and never changed."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    at = models.DateTimeField(db_default=Now())
    # Null where a setting or a command did it.
    actor = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    deed = models.CharField(max_length=40)
    subject = models.UUIDField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    device = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [models.Index(fields=["subject", "id"], name="console_audit_subject")]

    def __str__(self) -> str:
        return f"{self.deed} {self.subject}"


class FreezeLift(models.Model):
    """The wish of one operator that a frozen wallet pays again, until a second one agrees."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=500)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    granted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    asked_by_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["wallet"],
                condition=models.Q(granted_at=None, withdrawn_at=None),
                name="console_freezelift_one_open_a_wallet",
            ),
            models.CheckConstraint(
                condition=models.Q(granted_by=None)
                | ~models.Q(granted_by=models.F("asked_by")),
                name="console_freezelift_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"of {self.wallet_id}"


class SetUpCode(models.Model):
    """The code that opens the set-up: drawn by `migrate`, kept as a digest, one row.

    The code is worked out from `nonce` and `SECRET_KEY` (`console/set_up.py`).
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    nonce = models.UUIDField()
    digest = models.BinaryField(max_length=32)
    tries = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="console_setupcode_only_one")
        ]

    def __str__(self) -> str:
        return f"until {self.expires_at}"
