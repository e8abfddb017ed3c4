"""Money that operators move by hand between wallets, shops, suspense and their own account."""

from typing import ClassVar
from uuid import UUID

import uuid6
from django.db import models

from banking.models.breaks import Break
from identity.models import Agreement
from qr.references import encode_reference


class Adjustment(Agreement):
    """A wish to move money, for a reason that both sides read; the banker posts it.

    Its transfer's id is its own. One about a break takes back a top-up that the bank took back:
    as much as the wallet has, and the operator bears the rest.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    debit_account = models.ForeignKey("ledger.Account", models.PROTECT, related_name="+")
    credit_account = models.ForeignKey("ledger.Account", models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    # The break that it settles, if it is about one.
    about = models.ForeignKey(
        Break, models.PROTECT, related_name="+", null=True, db_index=False
    )
    carried_out_at = models.DateTimeField(null=True)
    # What moved: nothing if the ledger refused it, less than the amount only of a break's.
    moved_minor = models.BigIntegerField(null=True)
    # The ledger's code, if it refused.
    refusal = models.CharField(max_length=40, blank=True)

    debit_account_id: UUID
    credit_account_id: UUID
    about_id: UUID | None

    class Meta(Agreement.Meta):
        abstract = False
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Agreement.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="banking_adjustment_positive"
            ),
            models.CheckConstraint(
                condition=~models.Q(debit_account=models.F("credit_account")),
                name="banking_adjustment_two_accounts",
            ),
            models.CheckConstraint(
                condition=models.Q(carried_out_at=None, moved_minor=None)
                | models.Q(
                    agreed_at__isnull=False,
                    carried_out_at__isnull=False,
                    moved_minor__gte=0,
                    moved_minor__lte=models.F("amount_minor"),
                ),
                name="banking_adjustment_moves_once_agreed",
            ),
            models.UniqueConstraint(
                fields=["about"],
                condition=models.Q(withdrawn_at=None, refusal=""),
                name="banking_adjustment_one_a_break",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["id"],
                condition=models.Q(agreed_at=None, withdrawn_at=None),
                name="banking_adjustment_open",
            ),
            models.Index(
                fields=["id"],
                condition=models.Q(agreed_at__isnull=False, carried_out_at=None),
                name="banking_adjustment_agreed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency}: {self.reason}"

    @property
    def public_id(self) -> str:
        """Return the public reference, `aj_…`."""
        return encode_reference("aj", self.id)
