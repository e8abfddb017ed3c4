"""Files that a worker makes because they are too long to wait for."""

from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now

from merchants.models.places import Merchant, StaffMember, Store
from qr.references import encode_reference

_UNDONE = models.Q(made_at=None, failed_at=None)


class ExportKind(models.TextChoices):
    """What a file is of."""

    PAYMENTS = "payments"
    REPORT = "report"


class Export(models.Model):
    """A file that somebody asked for: what it is of, how far it is, and until when it is kept.

    A worker leases it for each try; what an earlier try writes later is not taken.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    staff = models.ForeignKey(StaffMember, models.PROTECT, related_name="+", db_index=False)
    # The one store of whoever asked; null if they work for all.
    store = models.ForeignKey(
        Store, models.PROTECT, related_name="+", null=True, db_index=False
    )
    kind = models.CharField(max_length=8, choices=ExportKind)
    # What the page with the same address shows.
    query = models.CharField(max_length=1000, blank=True)
    layout = models.CharField(max_length=10)
    language = models.CharField(max_length=15)
    asked_at = models.DateTimeField(db_default=Now())
    done_count = models.PositiveIntegerField(default=0)
    all_count = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    made_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    file_name = models.CharField(max_length=80, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    merchant_id: UUID
    store_id: UUID | None

    class Meta:
        constraints = [
            # Asked for twice while it is made, it is made once.
            models.UniqueConstraint(
                fields=["staff", "kind", "query", "layout", "language"],
                condition=_UNDONE,
                name="merchants_export_undone_once",
            ),
            models.CheckConstraint(
                condition=models.Q(made_at=None) | ~models.Q(file_name=""),
                name="merchants_export_made_has_file",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=_UNDONE, name="merchants_export_undone"),
            models.Index(fields=["merchant", "-id"], name="merchants_export_of_merchant"),
            models.Index(
                fields=["made_at"],
                condition=models.Q(removed_at=None, made_at__isnull=False),
                name="merchants_export_kept",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.kind}"

    @property
    def public_id(self) -> str:
        """Return the public reference, `ex_…`."""
        return encode_reference("ex", self.id)

    @property
    def is_undone(self) -> bool:
        """Return whether a worker makes it or will."""
        return self.made_at is None and self.failed_at is None

    @property
    def percent(self) -> int:
        """Return how far it is, of 100."""
        return min(100 * self.done_count // self.all_count, 100) if self.all_count else 0
