"""Counter codes: one for all customers of a store or a till, who type the amount themselves."""

from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now

from merchants.models import Store
from pos.models.terminals import Terminal
from qr.references import encode_reference


class CounterCode(models.Model):
    """A printed code; `name` is the payee as printed, `place` where it hangs."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    terminal = models.ForeignKey(
        Terminal, models.PROTECT, related_name="+", null=True, db_index=False
    )
    name = models.CharField(max_length=80)
    place = models.CharField(max_length=40)
    short_code = models.CharField(max_length=8, unique=True)
    cap_minor = models.BigIntegerField()
    idempotency_key = models.CharField(max_length=255)
    request_hash = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True)

    store_id: UUID
    terminal_id: UUID | None

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "idempotency_key"], name="pos_countercode_one_a_key"
            ),
            models.CheckConstraint(
                condition=models.Q(cap_minor__gt=0), name="pos_countercode_cap_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.place}"

    @property
    def public_id(self) -> str:
        """Return the public reference, `sc_…`."""
        return encode_reference("sc", self.id)

    @property
    def short_code_grouped(self) -> str:
        """Return the short code as people read it, `7K4M-92QX`."""
        return f"{self.short_code[:4]}-{self.short_code[4:]}"

    @property
    def currency(self) -> str:
        """Return the store's currency."""
        return self.store.currency

    @property
    def is_revoked(self) -> bool:
        """Return whether nobody can pay by it any more."""
        return self.revoked_at is not None
