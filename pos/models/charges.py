"""A charge: one sale's demand for payment, and its life in columns.

`pos/transitions.py` is the table of its life. `status` may lag behind the clock until a sweep
writes it, `status_now` does not. The clock is the database's, read with each row, not this
machine's.
"""

import uuid
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import uuid6
from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from merchants.models import Merchant, StaffMember, Store
from merchants.queries import read_clock
from pos.models.counter_codes import CounterCode
from pos.models.terminals import Terminal
from pos.transitions import ALIVE, PAID, UNENDED, ChargeStatus, read_status
from qr.links import encode_token
from qr.references import encode_reference

_RARE = {
    "unpaid": models.Q(canceled_at__isnull=False) | models.Q(expired_at__isnull=False),
    "refunded": models.Q(refunded_minor__gt=0),
}


class Refusal(models.TextChoices):
    """Why the last payer did not pay, as far as the shop may know."""

    DECLINED = "declined"
    INSUFFICIENT_FUNDS = "insufficient_funds"


class _Clock(models.Func):
    """The instant at which the server reads a row."""

    function = "clock_timestamp"
    output_field = models.DateTimeField()


class _ChargesByTheClock(models.Manager["Charge"]):
    """Reads charges together with the database's clock."""

    def get_queryset(self) -> models.QuerySet["Charge"]:
        charges = super().get_queryset()
        return charges.annotate(read_at=_Clock())  # type: ignore[no-redef]  # filled by this


class Charge(models.Model):
    """One sale's demand for payment."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+", db_index=False)
    store = models.ForeignKey(Store, models.PROTECT, related_name="+", db_index=False)
    terminal = models.ForeignKey(
        Terminal, models.PROTECT, related_name="+", null=True, db_index=False
    )
    cashier = models.ForeignKey(
        StaffMember, models.PROTECT, related_name="+", null=True, db_index=False
    )
    # For a sale at a counter code, the payer's wallet owns the key.
    counter_code = models.ForeignKey(
        CounterCode, models.PROTECT, related_name="+", null=True, db_index=False
    )
    principal_id = models.UUIDField()
    idempotency_key = models.CharField(max_length=255)
    request_hash = models.BinaryField(max_length=32)

    status = models.CharField(max_length=8, choices=ChargeStatus, default=ChargeStatus.OPEN)
    version = models.PositiveIntegerField(default=1)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    # Within the amount; the rest is the price of the goods, with VAT.
    tip_minor = models.BigIntegerField(default=0, db_default=0)
    # Whether whoever holds it now chose the tip: it goes when they do. Else the till asked.
    tip_is_payers = models.BooleanField(default=False, db_default=False)
    # Of an amount without lines: the rate within it. Null for none.
    vat_bps = models.PositiveIntegerField(null=True)
    # Whether the lines' prices are without VAT; each has its own beside it then.
    vat_is_added = models.BooleanField(default=False, db_default=False)
    # By the rule in force when it was captured; 0 until then.
    fee_minor = models.BigIntegerField()
    # Paid in cash: what the customer handed over, and what rounding added to the amount.
    given_minor = models.BigIntegerField(null=True)
    rounding_minor = models.BigIntegerField(default=0, db_default=0)
    refunded_minor = models.BigIntegerField(default=0)
    refunds_count = models.PositiveSmallIntegerField(default=0)
    reference = models.CharField(max_length=64, blank=True)
    description = models.CharField(max_length=140, blank=True)

    token = models.UUIDField(unique=True, default=uuid.uuid4)
    short_code = models.CharField(max_length=8)
    check_word = models.CharField(max_length=40)
    receipt_token = models.UUIDField(unique=True, default=uuid.uuid4)

    payer_account = models.ForeignKey(
        "ledger.Account",
        models.DO_NOTHING,
        related_name="+",
        null=True,
        db_constraint=False,
        db_index=False,
    )
    payer_name = models.CharField(max_length=80, blank=True)
    payer_email = models.EmailField(blank=True)
    takings_account = models.ForeignKey(
        "ledger.Account",
        models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )

    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    was_extended_for_payer = models.BooleanField(default=False)
    claimed_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    captured_at = models.DateTimeField(null=True)
    canceled_at = models.DateTimeField(null=True)
    expired_at = models.DateTimeField(null=True)
    # The refusal of the payer who held the charge then; it does not apply to a later payer.
    refusal = models.CharField(
        max_length=20, choices=Refusal, blank=True, default="", db_default=""
    )
    refused_at = models.DateTimeField(null=True)

    merchant_id: UUID
    store_id: UUID
    terminal_id: UUID | None
    counter_code_id: UUID | None
    payer_account_id: UUID | None
    takings_account_id: UUID

    objects = _ChargesByTheClock()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["principal_id", "idempotency_key"], name="pos_charge_one_a_key"
            ),
            # Not `unique=True`, which would make another index, for searching by beginnings.
            models.UniqueConstraint(fields=["short_code"], name="pos_charge_short_code_once"),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="pos_charge_amount_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(tip_minor__gte=0)
                & models.Q(tip_minor__lt=models.F("amount_minor")),
                name="pos_charge_tip_within_amount",
            ),
            models.CheckConstraint(
                condition=models.Q(fee_minor__gte=0)
                & models.Q(fee_minor__lte=models.F("amount_minor")),
                name="pos_charge_fee_within_amount",
            ),
            models.CheckConstraint(
                condition=models.Q(refunded_minor__gte=0)
                & models.Q(refunded_minor__lte=models.F("amount_minor")),
                name="pos_charge_refunds_within_capture",
            ),
            models.CheckConstraint(
                condition=models.Q(refunded_minor=0)
                | models.Q(status__in=["captured", "cashed"]),
                name="pos_charge_refunds_only_captured",
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=["claimed", "captured"])
                | models.Q(payer_account__isnull=False, lease_until__isnull=False),
                name="pos_charge_claimed_has_payer",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["captured", "cashed"], captured_at__isnull=False)
                | ~models.Q(status__in=["captured", "cashed"]) & models.Q(captured_at=None),
                name="pos_charge_captured_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    status="cashed",
                    given_minor__gte=models.F("amount_minor") + models.F("rounding_minor"),
                    payer_account=None,
                    fee_minor=0,
                )
                | ~models.Q(status="cashed") & models.Q(given_minor=None, rounding_minor=0),
                name="pos_charge_cashed_was_given",
            ),
            models.CheckConstraint(
                condition=models.Q(status="canceled", canceled_at__isnull=False)
                | ~models.Q(status="canceled") & models.Q(canceled_at=None),
                name="pos_charge_canceled_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(status="expired", expired_at__isnull=False)
                | ~models.Q(status="expired") & models.Q(expired_at=None),
                name="pos_charge_expired_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["store", "-id"], name="pos_charge_of_store"),
            models.Index(fields=["merchant", "-id"], name="pos_charge_of_merchant"),
            models.Index(fields=["terminal", "-id"], name="pos_charge_of_terminal"),
            # Without `status` in the condition, a claim is an update that touches no index.
            models.Index(
                fields=["expires_at"],
                condition=UNENDED,
                name="pos_charge_alive",
            ),
            # For lists of rare states; a capture touches none of them.
            *(
                models.Index(
                    fields=[owner, "-id"],
                    condition=condition,
                    name=f"pos_charge_{owner}_{name}",
                )
                for owner in ("store", "merchant")
                for name, condition in _RARE.items()
            ),
            # As those of rare states: neither a claim nor a capture touches it.
            models.Index(
                fields=["merchant", "-id"],
                condition=models.Q(given_minor__isnull=False),
                name="pos_charge_merchant_cash",
            ),
            models.Index(
                fields=["store", "-id"],
                condition=models.Q(counter_code__isnull=False),
                name="pos_charge_store_counter",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.status}"

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Read the row again, and the clock with it."""
        self.__dict__.pop("read_at", None)
        super().refresh_from_db(*args, **kwargs)

    @cached_property
    def read_at(self) -> datetime:
        """Return the database's clock at the time this row was read.

        A charge that was joined to another row reads the clock on demand.
        """
        return read_clock()

    @property
    def public_id(self) -> str:
        """Return the public reference, `ch_…`."""
        return encode_reference("ch", self.id)

    @property
    def short_code_grouped(self) -> str:
        """Return the short code as people read it, `7K4M-92QX`."""
        return f"{self.short_code[:4]}-{self.short_code[4:]}"

    @property
    def status_now(self) -> str:
        """Return the status by the clock, whether or not a sweep has written it."""
        return read_status(self, self.read_at) if self.status in ALIVE else self.status

    @property
    def is_over(self) -> bool:
        """Return whether nobody can pay, extend or cancel this any more."""
        return self.status_now not in ALIVE

    @property
    def refusal_now(self) -> str:
        """Return why the present payer, or else the last one, did not pay."""
        if self.refused_at is None or self.is_over:
            return ""
        is_older = self.claimed_at is not None and self.refused_at < self.claimed_at
        return "" if is_older else self.refusal

    @property
    def counter_code_payload(self) -> str:
        """Return the payload of the counter code this was opened at; empty if it was not."""
        return encode_token(self.counter_code_id).lower() if self.counter_code_id else ""

    @property
    def receipt_number(self) -> str:
        """Return the receipt's number as it is printed, `00418`; empty until it is issued."""
        receipt = getattr(self, "receipt", None)
        return f"{receipt.number:05}" if receipt else ""

    @property
    def receipt_url(self) -> str:
        """Return the address of the receipt, which is all that is needed to read it."""
        return f"{settings.PUBLIC_URL}/r/{encode_token(self.receipt_token).lower()}/"

    @property
    def cashier_name(self) -> str:
        """Return the cashier's name; empty if no person took the sale."""
        return self.cashier.name if self.cashier else ""

    @property
    def is_paid(self) -> bool:
        """Return whether the money is there, from a wallet or in cash."""
        return self.status in PAID

    @property
    def is_cash(self) -> bool:
        """Return whether it was paid in cash."""
        return self.status == ChargeStatus.CASHED

    @property
    def cash_minor(self) -> int:
        """Return the cash it took, in minor units: the amount, rounded."""
        return self.amount_minor + self.rounding_minor if self.is_cash else 0

    @property
    def change_minor(self) -> int:
        """Return the change that was given, in minor units."""
        return (self.given_minor or 0) - self.cash_minor

    @property
    def goods_minor(self) -> int:
        """Return the price of the goods with VAT and without tip, in minor units."""
        return self.amount_minor - self.tip_minor

    @property
    def refundable_minor(self) -> int:
        """Return what may still be refunded, in minor units."""
        return self.amount_minor - self.refunded_minor if self.is_paid else 0


class ChargeLine(models.Model):
    """A sold item: a copy of its name, price and rate of VAT at that moment."""

    charge = models.ForeignKey(Charge, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    quantity = models.PositiveSmallIntegerField()
    unit_price_minor = models.BigIntegerField()
    # Null where neither the item nor the store had one.
    vat_bps = models.PositiveIntegerField(null=True)
    # This line's part of the VAT that comes on top; 0 where prices include it.
    added_vat_minor = models.BigIntegerField(default=0, db_default=0)
    # With the line's share of a discount on the whole sale.
    discount_minor = models.BigIntegerField(default=0, db_default=0)
    note = models.CharField(max_length=140, blank=True, default="", db_default="")
    # The names of what was chosen of the item; their prices are within its own.
    choices = models.TextField(blank=True, default="", db_default="")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["charge", "position"], name="pos_line_position_once"
            ),
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0) & models.Q(unit_price_minor__gt=0),
                name="pos_line_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    discount_minor__gte=0,
                    discount_minor__lte=models.F("quantity") * models.F("unit_price_minor"),
                ),
                name="pos_line_discount_within_price",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.name}"

    @property
    def price_minor(self) -> int:
        """Return quantity times price, in minor units."""
        return self.quantity * self.unit_price_minor

    @property
    def total_minor(self) -> int:
        """Return what is paid for the line, in minor units: its price without its discount."""
        return self.price_minor - self.discount_minor

    @property
    def currency(self) -> str:
        """Return the charge's currency."""
        return self.charge.currency
