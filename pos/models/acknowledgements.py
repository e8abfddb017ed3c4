"""Payments that somebody at the till has acknowledged."""

from uuid import UUID

from django.db import models
from django.db.models.functions import Now

from pos.models.charges import Charge


class Acknowledgement(models.Model):
    """Somebody at the shop has seen that this charge was paid."""

    charge = models.OneToOneField(
        Charge, models.PROTECT, primary_key=True, related_name="acknowledgement"
    )
    acknowledged_at = models.DateTimeField(db_default=Now())

    charge_id: UUID

    def __str__(self) -> str:
        return str(self.charge_id)
