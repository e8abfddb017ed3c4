"""The bank accounts to which a merchant's payouts go, each from some instant on."""

from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now

from banking.ibans import group_iban, mask_iban
from identity.models import User
from merchants.models.places import Merchant
from qr.references import encode_reference


class PayoutAccount(models.Model):
    """An account that somebody named for a merchant; the latest one that counts is in force.

    It counts from `counts_from`: the first one at once, a change after a wait that a second
    person may shorten. Nothing has to run at that instant.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="payout_accounts")
    iban = models.CharField(max_length=34)
    bic = models.CharField(max_length=11, blank=True)
    bank_name = models.CharField(max_length=140, blank=True)
    holder = models.CharField(max_length=70)
    street = models.CharField(max_length=70)
    building_number = models.CharField(max_length=16, blank=True)
    postcode = models.CharField(max_length=16, blank=True)
    town = models.CharField(max_length=35)
    country = models.CharField(max_length=2)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    counts_from = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    withdrawn_at = models.DateTimeField(null=True)

    merchant_id: UUID
    asked_by_id: UUID

    class Meta:
        indexes = [
            models.Index(
                fields=["merchant", "counts_from"],
                condition=models.Q(withdrawn_at=None),
                name="merchants_payoutaccount_counts",
            )
        ]

    def __str__(self) -> str:
        return f"{self.holder} {mask_iban(self.iban)}"

    @property
    def public_id(self) -> str:
        """Return the public reference, `ba_…`."""
        return encode_reference("ba", self.id)

    @property
    def iban_grouped(self) -> str:
        """Return the number in groups of four."""
        return group_iban(self.iban)

    @property
    def iban_masked(self) -> str:
        """Return the number's beginning and end."""
        return mask_iban(self.iban)
