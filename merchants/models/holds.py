"""Payouts of a merchant that an operator holds back for a while, by a public rule."""

from typing import ClassVar
from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now
from django.utils.functional import Promise

from identity.models import User
from merchants.models.places import Merchant
from qr.references import encode_reference


class HoldRule(models.TextChoices):
    """The reasons for which payouts may be held (`merchants/hold_rules.py` has their words)."""

    IDENTITY = "identity"
    BANK_ACCOUNT = "bank_account"
    REFUNDS = "refunds"
    MISUSE = "misuse"
    AUTHORITY = "authority"


class PayoutHold(models.Model):
    """A hold: in force until its end, unless an operator lifts it before."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="holds", db_index=False)
    rule = models.CharField(max_length=12, choices=HoldRule)
    # Both are for the shop's eyes.
    reason = models.CharField(max_length=500)
    appeal = models.CharField(max_length=500)
    ends_at = models.DateTimeField()
    placed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(db_default=Now())
    lifted_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_because = models.CharField(max_length=500, blank=True)

    merchant_id: UUID
    placed_by_id: UUID
    # The rule in words, as `merchants.holds.show_hold` has put it there.
    words: str | Promise = ""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("placed_at")),
                name="merchants_payouthold_ends_later",
            ),
            models.CheckConstraint(
                condition=~models.Q(reason="") & ~models.Q(appeal=""),
                name="merchants_payouthold_says_why_and_how_to_appeal",
            ),
            models.CheckConstraint(
                condition=models.Q(lifted_by=None, lifted_at=None, lifted_because="")
                | (
                    models.Q(lifted_by__isnull=False, lifted_at__isnull=False)
                    & ~models.Q(lifted_because="")
                ),
                name="merchants_payouthold_lifted_by_somebody",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["merchant", "ends_at"], name="merchants_payouthold_ends"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} until {self.ends_at}"

    @property
    def public_id(self) -> str:
        """Return the public reference, `ph_…`."""
        return encode_reference("ph", self.id)
