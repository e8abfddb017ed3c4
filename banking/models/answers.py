"""What the bank, or an operator who asked it, said about orders."""

from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now

from banking.models.orders import Order
from identity.models import User


class Report(models.Model):
    """A payment status report (pain.002), kept as it came until it is read."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, unique=True)
    content = models.BinaryField()
    brought_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    brought_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)
    # Why nothing came of it; empty if something did.
    refusal = models.CharField(max_length=500, blank=True)
    accepted_count = models.PositiveIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)
    unknown_count = models.PositiveIntegerField(default=0)
    # Of these the report says nothing that changes them.
    unchanged_count = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(read_at=None), name="banking_report_unread"
            )
        ]

    def __str__(self) -> str:
        return self.file_name


class AnswerStatus(models.TextChoices):
    """What can be said about an order that was sent."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class OrderAnswer(models.Model):
    """An operator's word about an order; the banker carries it out, because money may move."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="answers")
    status = models.CharField(max_length=8, choices=AnswerStatus)
    reason_code = models.CharField(max_length=4, blank=True)
    said_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    said_at = models.DateTimeField(db_default=Now())
    carried_out_at = models.DateTimeField(null=True)
    # Whether it changed the order; null until it was carried out.
    took_effect = models.BooleanField(null=True)

    order_id: UUID

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(carried_out_at=None),
                name="banking_answer_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.status}"
