"""Reports that people get by mail, and which of them were sent."""

from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from merchants.models.places import StaffMember
from qr.references import encode_reference


class Every(models.TextChoices):
    """How long the time is that a mailed report is of."""

    DAY = "day", _("Every day")
    WEEK = "week", _("Every week")
    MONTH = "month", _("Every month")


class ReportMail(models.Model):
    """Somebody's wish to get a report of each day, week or month, once that is over."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    staff = models.ForeignKey(StaffMember, models.PROTECT, related_name="+")
    # As the page of reports is told how to split them.
    by = models.CharField(max_length=10)
    every = models.CharField(max_length=5, choices=Every)
    language = models.CharField(max_length=15)
    # In shop time: only what ends on this day or later is reported.
    begins_on = models.DateField()
    asked_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "by", "every"],
                condition=models.Q(ended_at=None),
                name="merchants_reportmail_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(ended_at=None),
                name="merchants_reportmail_alive",
            )
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.every}"

    @property
    def public_id(self) -> str:
        """Return the public reference, `rm_…`."""
        return encode_reference("rm", self.id)


class MailedReport(models.Model):
    """One report that goes out by mail; its first day allows no second one."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    mail = models.ForeignKey(ReportMail, models.PROTECT, related_name="reports", db_index=False)
    first_day = models.DateField()
    last_day = models.DateField()
    made_at = models.DateTimeField(db_default=Now())

    mail_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mail", "first_day"], name="merchants_mailedreport_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.mail_id} {self.first_day}"
