"""Whether the money at the bank is what the ledger says is there."""

import uuid6
from django.db import models
from django.db.models.functions import Now

from banking.models.statements import Statement


class SafeguardCheck(models.Model):
    """The bank's closing balance beside the ledger's accounts, of one currency at one moment.

    `later_minor` is what was booked after that balance's day, `difference_minor` what the bank
    has more than the ledger says.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    checked_at = models.DateTimeField(db_default=Now())
    currency = models.CharField(max_length=3)
    # Null while there is no statement with a balance.
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="+", null=True)
    bank_minor = models.BigIntegerField(null=True)
    wallets_minor = models.BigIntegerField()
    merchants_minor = models.BigIntegerField()
    transit_minor = models.BigIntegerField()
    suspense_minor = models.BigIntegerField()
    fees_minor = models.BigIntegerField()
    later_minor = models.BigIntegerField()
    difference_minor = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["currency", "-id"], name="banking_safeguardcheck_newest")
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.difference_minor}"
