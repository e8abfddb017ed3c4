"""Invitations to work for a merchant, until somebody accepts them."""

from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now

from merchants.models.places import Merchant, Role, Store
from qr.references import encode_reference


class Invitation(models.Model):
    """An offer of a job, to whoever reads the mail of an address."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="invitations")
    store = models.ForeignKey(Store, models.CASCADE, related_name="+", null=True)
    email = models.EmailField()
    name = models.CharField(max_length=80)
    role = models.CharField(max_length=10, choices=Role)
    may_refund = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    merchant_id: UUID
    store_id: UUID | None

    def __str__(self) -> str:
        return f"{self.email} ({self.role})"

    @property
    def public_id(self) -> str:
        """Return the public reference, `in_…`."""
        return encode_reference("in", self.id)
