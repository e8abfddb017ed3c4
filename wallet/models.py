"""Wallets, their claims on charges, and their payments."""

from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from identity.models import User
from merchants.models import Merchant
from pos.models import Charge
from qr.payment_codes import SERIAL_MAX
from qr.references import encode_reference

# Why a payment failed, as its payer reads it; being asked for the PIN is no failure.
TRY_WORDS: dict[str, Promise] = {
    "pin_wrong": gettext_lazy("Wrong PIN"),
    "pin_locked": gettext_lazy("PIN locked"),
    "wallet_frozen": gettext_lazy("Wallet frozen"),
    "insufficient_funds": gettext_lazy("Not enough money"),
    "transfer_refused": gettext_lazy("The wallet could not pay"),
    "wallet_limit_reached": gettext_lazy("Over a limit of the wallet"),
    "charge_not_payable": gettext_lazy("Too late: expired, canceled or paid"),
}


class FrozenBy(models.TextChoices):
    """Who has frozen a wallet, and so may lift it."""

    NOBODY = "", "nobody"
    OWNER = "owner", "its owner"
    OPERATOR = "operator", "an operator"


class Tier(models.TextChoices):
    """How well the operator knows a wallet's owner; `wallet_tierlimit` has what each allows."""

    START = "start"
    KNOWN = "known"
    CHECKED = "checked"


class TierLimit(models.Model):
    """The most that wallets of a tier hold and move, in minor units; null is no limit.

    `migrate` writes it from the setting `WALLET_LIMITS`; the application may only read it.
    """

    tier = models.CharField(max_length=8, choices=Tier)
    currency = models.CharField(max_length=3)
    balance_max_minor = models.BigIntegerField(null=True)
    paid_day_max_minor = models.BigIntegerField(null=True)
    paid_year_max_minor = models.BigIntegerField(null=True)
    paid_ever_max_minor = models.BigIntegerField(null=True)
    redeemed_day_max_minor = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tier", "currency"], name="wallet_tierlimit_one_a_currency"
            )
        ]

    def __str__(self) -> str:
        return f"{self.tier} {self.currency}"


class Wallet(models.Model):
    """A person's wallet in a currency, and the sum paid since the last PIN.

    Tier and freeze are the person's: they are the same in all of their wallets.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    # The constraint's index serves.
    user = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    account = models.OneToOneField("ledger.Account", models.PROTECT, related_name="+")
    no_pin_count = models.PositiveSmallIntegerField(default=0)
    no_pin_minor = models.BigIntegerField(default=0)
    tier = models.CharField(
        max_length=8, choices=Tier, default=Tier.START, db_default=Tier.START
    )
    # All that it ever paid; refunds do not lessen it.
    paid_minor = models.BigIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(db_default=Now())
    # No money leaves a frozen wallet; `wallet_confirm_charge` looks.
    frozen_at = models.DateTimeField(null=True)
    frozen_by = models.CharField(
        max_length=8, choices=FrozenBy, blank=True, default=FrozenBy.NOBODY, db_default=""
    )

    user_id: UUID
    account_id: UUID
    # The calling device's session: its wrong PINs are counted there.
    session_id: UUID | None = None

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "currency"], name="wallet_wallet_one_a_currency"
            ),
            models.CheckConstraint(
                condition=models.Q(frozen_at=None, frozen_by="")
                | (models.Q(frozen_at__isnull=False) & ~models.Q(frozen_by="")),
                name="wallet_wallet_frozen_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.currency}"

    @property
    def public_id(self) -> str:
        """Return the public reference, `wl_…`."""
        return encode_reference("wl", self.id)


class Claim(models.Model):
    """A wallet's claim on a charge; one for each pair, however often it scans."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="+")
    # The constraint's index serves.
    charge = models.ForeignKey(Charge, models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(db_default=Now())

    wallet_id: UUID
    charge_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["charge", "wallet"], name="wallet_claim_one_a_charge"
            )
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        """Return the public reference, `cl_…`."""
        return encode_reference("cl", self.id)


class Payment(models.Model):
    """A confirmed payment; a charge has one at most."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="+", db_index=False)
    charge = models.OneToOneField(Charge, models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    balance_after_minor = models.BigIntegerField()
    # All that the wallet had ever paid, with this: two of them tell what was paid in between.
    paid_total_minor = models.BigIntegerField(db_default=0)
    with_pin = models.BooleanField()
    idempotency_key = models.CharField(max_length=255)
    request_hash = models.BinaryField(max_length=32)
    confirmed_at = models.DateTimeField(db_default=Now())

    wallet_id: UUID
    charge_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["wallet", "idempotency_key"], name="wallet_payment_one_a_key"
            )
        ]
        indexes = [models.Index(fields=["wallet", "-id"], name="wallet_payment_of_wallet")]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        """Return the public reference, `py_…`."""
        return encode_reference("py", self.id)


class Attempt(models.Model):
    """Why a confirmation was refused; the claim stays as it was."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="attempts")
    reason = models.CharField(max_length=32)
    happened_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.claim_id} {self.reason}"

    @property
    def words(self) -> str:
        """Return the reason as the payer reads it."""
        return str(TRY_WORDS.get(self.reason, self.reason))


class ShortCodeMiss(models.Model):
    """A typed short code that was unknown; ten a minute are too many."""

    wallet = models.ForeignKey(Wallet, models.CASCADE, related_name="+", db_index=False)
    missed_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["wallet", "missed_at"], name="wallet_shortcodemiss_of_wallet")
        ]

    def __str__(self) -> str:
        return f"{self.wallet_id} {self.missed_at}"


class PaymentCodeSeed(models.Model):
    """The secret that a wallet's payment codes derive from; replacing it voids them."""

    serial = models.AutoField(primary_key=True)
    wallet = models.OneToOneField(Wallet, models.PROTECT, related_name="+")
    secret = models.BinaryField(max_length=32)
    revoked_at = models.DateTimeField(null=True)

    wallet_id: UUID

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(serial__gte=0, serial__lte=SERIAL_MAX),
                name="wallet_paymentcodeseed_serial_has_eight_digits",
            )
        ]

    def __str__(self) -> str:
        return f"codes of {self.wallet_id}"


class PaymentCodeUse(models.Model):
    """A payment code that was shown to a till: used up, whatever the payment's outcome.

    `outcome` is `started` until it is known, then `captured`, `claimed` (the phone asks for the
    PIN) or the code of the refusal.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="+", db_index=False)
    step = models.BigIntegerField()
    charge = models.ForeignKey(Charge, models.PROTECT, related_name="+", db_index=False)
    principal_id = models.UUIDField()
    idempotency_key = models.CharField(max_length=255)
    request_hash = models.BinaryField(max_length=32)
    outcome = models.CharField(max_length=32, default="started")
    used_at = models.DateTimeField(db_default=Now())

    wallet_id: UUID
    charge_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["wallet", "step"], name="wallet_paymentcodeuse_one_a_step"
            ),
            models.UniqueConstraint(
                fields=["principal_id", "idempotency_key"],
                name="wallet_paymentcodeuse_one_a_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wallet_id} {self.step} {self.outcome}"


class PaymentCodeMiss(models.Model):
    """An unknown payment code that a till or a merchant's server sent."""

    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="+", db_index=False)
    principal_id = models.UUIDField()
    missed_at = models.DateTimeField(db_default=Now())

    merchant_id: UUID

    class Meta:
        indexes = [
            models.Index(fields=["merchant", "missed_at"], name="wallet_paymentcodemiss_recent")
        ]

    def __str__(self) -> str:
        return f"{self.principal_id} {self.missed_at}"


class IdentityStatus(models.TextChoices):
    """How far a wish for a higher tier is: it waits, and ends in one of three ways."""

    WAITING = "waiting"
    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class DocumentKind(models.TextChoices):
    """The papers by which an operator knows somebody."""

    PASSPORT = "passport"
    CARD = "card"
    PERMIT = "permit"
    LICENCE = "licence"


class IdentityRequest(models.Model):
    """A customer's wish for a higher tier, and who they say they are.

    Of a document only its kind and the last signs of its number are kept, and of an ended wish
    those are erased after a while; of one that was not granted, all facts are.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    tier = models.CharField(max_length=8, choices=Tier)
    status = models.CharField(
        max_length=9, choices=IdentityStatus, default=IdentityStatus.WAITING
    )
    legal_name = models.CharField(max_length=140)
    born_on = models.DateField(null=True)
    street = models.CharField(max_length=70)
    building_number = models.CharField(max_length=16, blank=True)
    postcode = models.CharField(max_length=16, blank=True)
    town = models.CharField(max_length=35)
    country = models.CharField(max_length=2)
    document_kind = models.CharField(max_length=8, choices=DocumentKind)
    document_tail = models.CharField(max_length=4)
    asked_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    reason = models.CharField(max_length=500, blank=True)
    erased_at = models.DateTimeField(null=True)

    user_id: UUID
    decided_by_id: UUID | None

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(status="waiting"),
                name="wallet_identityrequest_one_waits",
            ),
            models.CheckConstraint(
                condition=models.Q(status="waiting", ended_at=None)
                | (~models.Q(status="waiting") & models.Q(ended_at__isnull=False)),
                name="wallet_identityrequest_ended_at",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["waiting", "withdrawn"], decided_by=None)
                | models.Q(status__in=["granted", "declined"], decided_by__isnull=False),
                name="wallet_identityrequest_decided_by",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="declined") | ~models.Q(reason=""),
                name="wallet_identityrequest_declined_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="wallet_identityrequest_of_user"),
            models.Index(
                fields=["id"],
                condition=models.Q(status="waiting"),
                name="wallet_identityrequest_waiting",
            ),
            models.Index(
                fields=["ended_at"],
                condition=models.Q(erased_at=None, ended_at__isnull=False),
                name="wallet_identityrequest_kept",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tier} {self.status}"

    @property
    def public_id(self) -> str:
        """Return the public reference, `ir_…`."""
        return encode_reference("ir", self.id)
