"""Applications of shops to join: who they are in law, and what was decided."""

import uuid6
from django.db import models
from django.db.models.functions import Now

from identity.models import User
from merchants.models.places import Merchant
from qr.references import encode_reference


class LegalForm(models.TextChoices):
    """What a business is in law, as far as it matters for who answers for it."""

    SOLE_TRADER = "sole_trader", "sole trader"
    COMPANY = "company", "company"
    PARTNERSHIP = "partnership", "partnership"
    ASSOCIATION = "association", "association or charity"
    PUBLIC_BODY = "public_body", "public body"
    OTHER = "other", "other"


class ApplicationStatus(models.TextChoices):
    """How far an application is: the address is confirmed by its owner, then it is decided."""

    UNCONFIRMED = "unconfirmed"
    APPLIED = "applied"
    APPROVED = "approved"
    DECLINED = "declined"


class Application(models.Model):
    """A shop's wish to join, in its owner's words; the approved one stays as its identity."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    status = models.CharField(
        max_length=11, choices=ApplicationStatus, default=ApplicationStatus.UNCONFIRMED
    )
    shop_name = models.CharField(max_length=80)
    legal_name = models.CharField(max_length=140)
    legal_form = models.CharField(max_length=11, choices=LegalForm)
    vat_number = models.CharField(max_length=20, blank=True)
    trade = models.CharField(max_length=4)
    street = models.CharField(max_length=70)
    building_number = models.CharField(max_length=16, blank=True)
    postcode = models.CharField(max_length=16, blank=True)
    town = models.CharField(max_length=35)
    country = models.CharField(max_length=2)
    time_zone = models.CharField(max_length=40)
    contact_name = models.CharField(max_length=80)
    email = models.EmailField()
    phone = models.CharField(max_length=16)
    created_at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    # Null if the setting approved it.
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    reason = models.CharField(max_length=500, blank=True)
    merchant = models.OneToOneField(
        Merchant, models.PROTECT, related_name="application", null=True
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(status=ApplicationStatus.APPROVED)
                | models.Q(merchant__isnull=False),
                name="merchants_application_approved_has_merchant",
            ),
            models.CheckConstraint(
                condition=~models.Q(status=ApplicationStatus.DECLINED) | ~models.Q(reason=""),
                name="merchants_application_declined_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "id"], name="merchants_application_status"),
            models.Index(fields=["email", "created_at"], name="merchants_application_email"),
            models.Index(fields=["created_at"], name="merchants_application_created"),
        ]

    def __str__(self) -> str:
        return f"{self.shop_name} ({self.status})"

    @property
    def public_id(self) -> str:
        """Return the public reference, `ap_…`."""
        return encode_reference("ap", self.id)
