"""The fees that a merchant is to pay from some day on, each agreed by two people."""

from typing import ClassVar
from uuid import UUID

import uuid6
from django.db import models

from identity.models import Agreement
from merchants.models.places import Merchant
from qr.references import encode_reference


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

    merchant_id: UUID

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
