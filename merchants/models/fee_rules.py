"""The fees that a merchant is to pay from some day on, each agreed by two people."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

import uuid6
from django.db import models
from django.utils.translation import gettext_lazy as _

from identity.models import Agreement
from ledger.typed import write_percent
from merchants.models.places import Merchant
from qr.references import encode_reference


class PaymentMethod(models.TextChoices):
    """How a sale is paid, as `pos_name_method` names it."""

    TILL_CODE = "till_code", _("Code of the till, scanned by the customer")
    CUSTOMER_CODE = "customer_code", _("Customer's code, scanned by the till")
    COUNTER_CODE = "counter_code", _("Counter code")
    LINK = "link", _("Payment link")


class FeeRule(Agreement):
    """A fee and the instant from which it applies; of those agreed, the latest is in force."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+", db_index=False)
    mdr_bps = models.PositiveSmallIntegerField()
    fee_fixed_minor = models.PositiveIntegerField()
    # What each sale costs at least, and at most; null is no bound.
    fee_min_minor = models.PositiveIntegerField(default=0, db_default=0)
    fee_max_minor = models.PositiveIntegerField(null=True)
    applies_from = models.DateTimeField()
    # Written by the job for one month: the rule whose tiers it follows, and the sales counted.
    tier_of = models.ForeignKey(
        "self", models.PROTECT, related_name="+", null=True, db_index=False
    )
    volume_minor = models.BigIntegerField(null=True)
    # Some payment methods have parts of their own: captures look for them only then.
    by_method = models.BooleanField(default=False, db_default=False)

    merchant_id: UUID
    tier_of_id: UUID | None

    class Meta(Agreement.Meta):
        abstract = False
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Agreement.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(mdr_bps__lte=10_000), name="merchants_feerule_is_a_share"
            ),
            models.CheckConstraint(
                condition=models.Q(fee_max_minor=None)
                | models.Q(fee_max_minor__gte=models.F("fee_min_minor")),
                name="merchants_feerule_least_within_most",
            ),
            models.CheckConstraint(
                condition=models.Q(agreed_at=None)
                | models.Q(applies_from__gt=models.F("agreed_at")),
                name="merchants_feerule_never_the_past",
            ),
            models.UniqueConstraint(
                fields=["tier_of", "applies_from"],
                condition=models.Q(tier_of__isnull=False),
                name="merchants_feerule_one_tier_a_month",
            ),
            models.UniqueConstraint(
                fields=["merchant"],
                condition=models.Q(agreed_at=None, withdrawn_at=None),
                name="merchants_feerule_one_open_a_merchant",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["merchant", "applies_from", "id"],
                condition=models.Q(agreed_at__isnull=False),
                name="merchants_feerule_agreed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mdr_bps} + {self.fee_fixed_minor} from {self.applies_from}"

    @property
    def public_id(self) -> str:
        """Return the public reference, `fr_…`."""
        return encode_reference("fr", self.id)


@dataclass(frozen=True, slots=True)
class FeeVersion:
    """A rule that has applied: its number, and the instant from which it did."""

    number: int
    since: datetime
    day: date


class FeeTier(models.Model):
    """Another share for months after one in which a shop has sold so much."""

    rule = models.ForeignKey(FeeRule, models.PROTECT, related_name="tiers", db_index=False)
    # In minor units of the organisation's currency.
    from_minor = models.PositiveBigIntegerField()
    mdr_bps = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar[list[str]] = ["from_minor"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["rule", "from_minor"], name="merchants_feetier_once"
            ),
            models.CheckConstraint(
                condition=models.Q(from_minor__gt=0, mdr_bps__lte=10_000),
                name="merchants_feetier_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mdr_bps} from {self.from_minor}"

    @property
    def percent(self) -> str:
        """Return the share as people write it, `0.5`."""
        return write_percent(self.mdr_bps)


class FeeMethod(models.Model):
    """Another share and fixed part of a rule, for sales that are paid by one method."""

    rule = models.ForeignKey(FeeRule, models.PROTECT, related_name="methods", db_index=False)
    method = models.CharField(max_length=16, choices=PaymentMethod)
    mdr_bps = models.PositiveSmallIntegerField()
    fee_fixed_minor = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["rule", "method"], name="merchants_feemethod_once"),
            models.CheckConstraint(
                condition=models.Q(mdr_bps__lte=10_000), name="merchants_feemethod_is_a_share"
            ),
            models.CheckConstraint(
                condition=models.Q(method__in=PaymentMethod.values),
                name="merchants_feemethod_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.mdr_bps} + {self.fee_fixed_minor}"

    @property
    def percent(self) -> str:
        """Return the share as people write it, `0.5`."""
        return write_percent(self.mdr_bps)
