"""Whether the money at the bank is what the ledger says is there."""

from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now

from banking.models.statements import Statement
from qr.references import encode_reference


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


class SafeguardReport(models.Model):
    """A signed report of what is owed and what is at the bank; never changed.

    Its id is that of the check that asked for it. `content` is the canonical JSON that is
    hashed and signed; the columns repeat what checks and lists need. `shops_minor` counts no
    account below zero: what shops owe is `shops_owe_minor`. `secret` orders and salts the
    tree's leaves.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    currency = models.CharField(max_length=3)
    number = models.IntegerField()
    # Every transfer up to this closed instant is in it, and no later one.
    until = models.DateTimeField()
    made_at = models.DateTimeField(db_default=Now())
    wallets_minor = models.BigIntegerField()
    shops_minor = models.BigIntegerField()
    shops_owe_minor = models.BigIntegerField()
    difference_minor = models.BigIntegerField(null=True)
    leaf_count = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    content = models.TextField()
    hash = models.BinaryField(max_length=32, unique=True)
    # Empty where the installation had no signing key.
    signature = models.BinaryField(max_length=64)
    secret = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["currency", "number"], name="banking_safeguardreport_number_once"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    number__gt=0, wallets_minor__gte=0, shops_minor__gte=0, leaf_count__gte=0
                ),
                name="banking_safeguardreport_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.number}"

    @property
    def public_id(self) -> str:
        """Return the public reference, `sr_…`."""
        return encode_reference("sr", self.id)

    @property
    def total_minor(self) -> int:
        """Return the sum of all leaves: what customers and shops are owed."""
        return self.wallets_minor + self.shops_minor

    @property
    def hash_hex(self) -> str:
        """Return the fingerprint as people compare it."""
        return bytes(self.hash).hex()


class SafeguardBlock(models.Model):
    """Up to 256 neighbours of a report's tree (`banking/sum_tree.py`); never changed."""

    pk = models.CompositePrimaryKey("report_id", "height", "number")
    report = models.ForeignKey(
        SafeguardReport, models.PROTECT, related_name="blocks", db_index=False
    )
    height = models.SmallIntegerField()
    number = models.IntegerField()
    first_key = models.BinaryField(max_length=32)
    nodes = models.BinaryField()

    report_id: UUID

    class Meta:
        indexes = [
            models.Index(
                fields=["report", "first_key"],
                condition=models.Q(height=0),
                name="banking_safeguardblock_leaf",
            )
        ]

    def __str__(self) -> str:
        return f"{self.height}/{self.number} of {self.report_id}"
