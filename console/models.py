"""Operators, and the log of what they did."""

from typing import ClassVar
from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now

from banking.models import Break, Order
from identity.models import Agreement, User
from qr.references import encode_reference
from wallet.models import Wallet


class Operator(models.Model):
    """Somebody who works for the organisation that runs this installation."""

    user = models.OneToOneField(User, models.PROTECT, primary_key=True, related_name="+")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return str(self.user)


class AuditEntry(models.Model):
    """What an operator did: written in the deed's own transaction, and never changed."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    at = models.DateTimeField(db_default=Now())
    # Null where a setting or a command did it.
    actor = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    deed = models.CharField(max_length=40)
    subject = models.UUIDField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    device = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [models.Index(fields=["subject", "id"], name="console_audit_subject")]

    def __str__(self) -> str:
        return f"{self.deed} {self.subject}"


class FreezeLift(models.Model):
    """The wish of one operator that a frozen wallet pays again, until a second one agrees."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=500)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    granted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    asked_by_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["wallet"],
                condition=models.Q(granted_at=None, withdrawn_at=None),
                name="console_freezelift_one_open_a_wallet",
            ),
            models.CheckConstraint(
                condition=models.Q(granted_by=None)
                | ~models.Q(granted_by=models.F("asked_by")),
                name="console_freezelift_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"of {self.wallet_id}"


class SetUpCode(models.Model):
    """The code that opens the set-up: drawn by `migrate`, kept as a digest, one row.

    The code is worked out from `nonce` and `SECRET_KEY` (`console/set_up.py`).
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    nonce = models.UUIDField()
    digest = models.BinaryField(max_length=32)
    tries = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="console_setupcode_only_one")
        ]

    def __str__(self) -> str:
        return f"until {self.expires_at}"


class ChangeKind(models.TextChoices):
    """What may be changed about who the operators are."""

    ADMIT = "admit"
    END = "end"


class OperatorChange(Agreement):
    """The wish that somebody becomes an operator, or is none any more.

    `console_carry_out_change` carries it out, with the rights of the tables' owner.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    kind = models.CharField(max_length=5, choices=ChangeKind)
    # Who is invited; their address in lower case.
    name = models.CharField(max_length=80, blank=True)
    email = models.EmailField(blank=True)
    # Who is ended, or has accepted.
    person = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    # Asked for by the only operator, whom nobody can agree with.
    is_alone = models.BooleanField(default=False)
    carried_out_at = models.DateTimeField(null=True)

    class Meta(Agreement.Meta):
        abstract = False
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Agreement.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(kind="end", person__isnull=False)
                | models.Q(kind="admit") & ~models.Q(email=""),
                name="console_operatorchange_of_somebody",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(kind="end", carried_out_at=None, withdrawn_at=None),
                name="console_operatorchange_one_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.email or self.person_id}"

    @property
    def public_id(self) -> str:
        """Return the public reference, `oc_…`."""
        return encode_reference("oc", self.id)

    @property
    def is_agreed(self) -> bool:
        """Return whether it may be carried out."""
        return self.withdrawn_at is None and (self.is_alone or self.agreed_at is not None)


class LookKind(models.TextChoices):
    """What takes a second operator above a sum."""

    CREDIT = "credit"
    REFUSE = "refuse"


class SecondLook(Agreement):
    """A decision above the second person's sum, until another operator agrees.

    Either a break is credited to a wallet that its reference does not name, or an order is said
    to be refused by the bank.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    kind = models.CharField(max_length=6, choices=LookKind)
    row = models.ForeignKey(Break, models.PROTECT, related_name="+", null=True, db_index=False)
    wallet = models.ForeignKey(
        Wallet, models.PROTECT, related_name="+", null=True, db_index=False
    )
    order = models.ForeignKey(
        Order, models.PROTECT, related_name="+", null=True, db_index=False
    )
    reason_code = models.CharField(max_length=4, blank=True)

    class Meta(Agreement.Meta):
        abstract = False
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Agreement.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(
                    kind="credit", row__isnull=False, wallet__isnull=False, order=None
                )
                | models.Q(kind="refuse", order__isnull=False, row=None, wallet=None),
                name="console_secondlook_of_something",
            ),
            models.UniqueConstraint(
                fields=["row"],
                condition=models.Q(agreed_at=None, withdrawn_at=None),
                name="console_secondlook_one_a_break",
            ),
            models.UniqueConstraint(
                fields=["order"],
                condition=models.Q(agreed_at=None, withdrawn_at=None),
                name="console_secondlook_one_an_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.row_id or self.order_id}"

    @property
    def public_id(self) -> str:
        """Return the public reference, `sl_…`."""
        return encode_reference("sl", self.id)


class NetworkCount(models.Model):
    """What customers paid from `since` to before `until`, added up at that instant."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    since = models.DateTimeField()
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.since} to {self.until}"


class NetworkValue(models.Model):
    """A month of a count in one country and currency, in minor units; `month` is its first."""

    pk = models.CompositePrimaryKey("count_id", "country", "currency", "month")
    count = models.ForeignKey(
        NetworkCount, models.PROTECT, related_name="values", db_index=False
    )
    country = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)
    month = models.DateField()
    payments_count = models.PositiveIntegerField()
    value_minor = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.country} {self.currency} {self.month}: {self.value_minor}"
