"""Receipt printers that ask the server, and what they are to print."""

from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from merchants.models import Store
from pos.models.charges import Charge
from pos.models.terminals import Terminal
from qr.references import encode_reference


class Protocol(models.TextChoices):
    """How a printer asks for its work."""

    CLOUDPRNT = "cloudprnt", _("Star CloudPRNT")
    SERVER_DIRECT = "server_direct", _("Epson Server Direct Print")


class Printer(models.Model):
    """A printer of a store; the secret in its address is all that it shows."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    # Receipts of this till come out as soon as they have their number.
    terminal = models.ForeignKey(Terminal, models.PROTECT, related_name="+", null=True)
    name = models.CharField(max_length=40)
    protocol = models.CharField(max_length=20, choices=Protocol)
    columns = models.PositiveSmallIntegerField()
    # Addresses so far; the newest one's secret is of this number (`pos/printers.py`).
    address_no = models.PositiveIntegerField(default=1)
    digest = models.BinaryField(max_length=32, unique=True)
    last_seen_at = models.DateTimeField(null=True)
    # What it said of itself last: nothing, "paper", "cover" or "error".
    trouble = models.CharField(max_length=5, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True)

    store_id: UUID
    terminal_id: UUID | None

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(columns__in=[32, 48]), name="pos_printer_columns_of_paper"
            ),
            models.CheckConstraint(
                condition=models.Q(trouble__in=["", "paper", "cover", "error"]),
                name="pos_printer_trouble_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        """Return the public reference, `pr_…`."""
        return encode_reference("pr", self.id)


class PrintJob(models.Model):
    """A receipt that a printer is to fetch; it is over when printed or given up."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    printer = models.ForeignKey(Printer, models.PROTECT, related_name="+", db_index=False)
    charge = models.ForeignKey(Charge, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    # When it was fetched last, and how often.
    sent_at = models.DateTimeField(null=True)
    sends = models.PositiveSmallIntegerField(default=0, db_default=0)
    printed_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    printer_id: UUID
    charge_id: UUID

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sends=0) | models.Q(sent_at__isnull=False),
                name="pos_printjob_sent_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(printed_at=None) | models.Q(given_up_at=None),
                name="pos_printjob_one_end",
            ),
        ]
        indexes = [
            models.Index(
                fields=["printer", "created_at"],
                condition=models.Q(printed_at=None, given_up_at=None),
                name="pos_printjob_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.public_id} of {self.charge_id}"

    @property
    def public_id(self) -> str:
        """Return the public reference, `pj_…`."""
        return encode_reference("pj", self.id)
