"""Payments that a till collected by a code that the customer showed."""

from uuid import UUID

from django.db import models

from pos.models.charges import Charge


class Collection(models.Model):
    """A till has read this account's code for the charge; the charge says who paid."""

    charge = models.ForeignKey(
        Charge, models.PROTECT, related_name="collections", db_index=False
    )
    payer_account = models.ForeignKey(
        "ledger.Account",
        models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )

    charge_id: UUID
    payer_account_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["charge", "payer_account"], name="pos_collection_one_an_account"
            )
        ]

    def __str__(self) -> str:
        return f"{self.charge_id} {self.payer_account_id}"
