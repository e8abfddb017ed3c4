"""Merchants, their stores and their staff."""

from datetime import time
from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now

from identity.models import User
from qr.references import encode_reference


class Rhythm(models.TextChoices):
    """How often a merchant's settlements close, and when they are paid."""

    SAME_DAY = "same_day"
    NEXT_DAY = "next_day"
    WEEKLY = "weekly"


class Merchant(models.Model):
    """A business that is paid; it has one time zone and one fee."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    name = models.CharField(max_length=80)
    country = models.CharField(max_length=2)
    time_zone = models.CharField(max_length=40)
    mdr_bps = models.PositiveSmallIntegerField(default=0)
    fee_fixed_minor = models.PositiveIntegerField(default=0)
    payout_min_minor = models.PositiveBigIntegerField(default=0)
    # Its timetable (`merchants/timetables.py`): the cut-off is in shop time, Monday is 0.
    rhythm = models.CharField(
        max_length=8,
        choices=Rhythm,
        default=Rhythm.NEXT_DAY,
        db_default=Rhythm.NEXT_DAY.value,
    )
    closing_weekday = models.PositiveSmallIntegerField(default=0, db_default=0)
    cut_off = models.TimeField(default=time.min, db_default=time.min)
    is_verified = models.BooleanField(default=False)
    # A merchant category code of ISO 18245, empty if it was never said.
    trade = models.CharField(max_length=4, blank=True, default="", db_default="")
    # The logo's name, empty without one: its hash and the size at which pages show it.
    logo = models.CharField(max_length=48, blank=True, default="", db_default="")
    # The color of the Pay button, as #085242; empty for ours.
    accent = models.CharField(max_length=7, blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(mdr_bps__lte=10_000),
                name="merchants_merchant_mdr_is_a_share",
            ),
            models.CheckConstraint(
                condition=models.Q(closing_weekday__lte=6),
                name="merchants_merchant_closing_weekday",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        """Return the public reference, `mr_…`."""
        return encode_reference("mr", self.id)

    @property
    def logo_width(self) -> int:
        """Return the width at which pages show the logo, in pixels; 0 without one."""
        return _read_size(self.logo)[0]

    @property
    def logo_height(self) -> int:
        """Return the height at which pages show the logo, in pixels; 0 without one."""
        return _read_size(self.logo)[1]

    @property
    def accent_hex(self) -> str:
        """Return the six digits of the button's color; empty for ours."""
        return self.accent.removeprefix("#")


def _read_size(logo: str) -> tuple[int, int]:
    width, _, height = logo.rpartition("-")[2].partition("x")
    return int(width or 0), int(height or 0)


class CodeFormat(models.TextChoices):
    """The format of the codes at a store's tills."""

    LINK = "link"
    EMV = "emv"


class VatMode(models.TextChoices):
    """How a store's prices are told: with VAT, without it, or of a shop that has none."""

    INCLUDED = "included"
    EXCLUDED = "excluded"
    NONE = "none"


class Store(models.Model):
    """A place that sells in one currency, and the account its takings go to."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="stores")
    name = models.CharField(max_length=80)
    street = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=80, blank=True)
    currency = models.CharField(max_length=3)
    takings_account = models.ForeignKey("ledger.Account", models.PROTECT, related_name="+")
    code_format = models.CharField(
        max_length=4,
        choices=CodeFormat,
        default=CodeFormat.LINK,
        db_default=CodeFormat.LINK.value,
    )
    vat_mode = models.CharField(
        max_length=8,
        choices=VatMode,
        default=VatMode.INCLUDED,
        db_default=VatMode.INCLUDED.value,
    )
    # Of typed amounts and of items without a rate of their own; null for none.
    vat_default_bps = models.PositiveIntegerField(null=True)
    # Tips: whether the phone asks for one, the parts it offers, and the most of the goods.
    asks_tips = models.BooleanField(default=False, db_default=False)
    tip_low_bps = models.PositiveSmallIntegerField(default=500, db_default=500)
    tip_middle_bps = models.PositiveSmallIntegerField(default=1000, db_default=1000)
    tip_high_bps = models.PositiveSmallIntegerField(default=1500, db_default=1500)
    tip_max_bps = models.PositiveSmallIntegerField(default=5000, db_default=5000)
    # Cash at its tills, beside the wallets' codes.
    takes_cash = models.BooleanField(default=False, db_default=False)
    # Whether each closing of a till is mailed to the owners.
    mails_closings = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)

    merchant_id: UUID
    takings_account_id: UUID

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(vat_default_bps=None)
                | models.Q(vat_default_bps__lte=10_000),
                name="merchants_store_vat_at_most_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(tip_low_bps__gt=0)
                & models.Q(tip_low_bps__lt=models.F("tip_middle_bps"))
                & models.Q(tip_middle_bps__lt=models.F("tip_high_bps"))
                & models.Q(tip_high_bps__lte=models.F("tip_max_bps"))
                & models.Q(tip_max_bps__lte=10_000),
                name="merchants_store_tips_rise_to_most",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        """Return the public reference, `st_…`."""
        return encode_reference("st", self.id)

    @property
    def time_zone(self) -> str:
        """Return the shop's time zone, which is its merchant's."""
        return self.merchant.time_zone


class Role(models.TextChoices):
    """What a member of staff may do."""

    OWNER = "owner"
    MANAGER = "manager"
    CASHIER = "cashier"
    ACCOUNTANT = "accountant"


class StaffMember(models.Model):
    """A person who works for a merchant."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="staff")
    store = models.ForeignKey(Store, models.CASCADE, related_name="staff", null=True)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=Role)
    may_refund = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    merchant_id: UUID
    store_id: UUID | None
    user_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "user"], name="merchants_staff_once_a_merchant"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"

    @property
    def public_id(self) -> str:
        """Return the public reference, `sm_…`."""
        return encode_reference("sm", self.id)

    @property
    def name(self) -> str:
        """Return the person's name, as tills and receipts show it."""
        return self.user.name


class ApiKey(models.Model):
    """A secret key of a merchant's server; only its digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="api_keys")
    digest = models.BinaryField(max_length=32, unique=True)
    label = models.CharField(max_length=80)
    created_at = models.DateTimeField(db_default=Now())
    # To the minute: a busy server does not write at each request.
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.label

    @property
    def public_id(self) -> str:
        """Return the public reference, `ky_…`."""
        return encode_reference("ky", self.id)
