"""Read-only queries of the console."""

from django.db.models import Case, QuerySet, Value, When

from console.models import AuditEntry
from foundation.paging import Page, cut_page
from merchants.models import Application, ApplicationStatus
from qr.errors import PayloadInvalid
from qr.references import decode_reference, encode_reference

PAGE_SIZE = 50
_SHOWN_MAX = 500


def list_applications() -> QuerySet[Application]:
    """List confirmed applications: those that wait, the oldest first, then decided ones."""
    waits_first = Case(When(status=ApplicationStatus.APPLIED, then=Value(0)), default=Value(1))
    confirmed = Application.objects.exclude(status=ApplicationStatus.UNCONFIRMED)
    ordered = confirmed.order_by(waits_first, "-decided_at", "confirmed_at")
    return ordered.select_related("decided_by")[:_SHOWN_MAX]


def count_waiting() -> int:
    """Count the applications that wait for a decision."""
    return Application.objects.filter(status=ApplicationStatus.APPLIED).count()


def find_application(reference: str) -> Application | None:
    """Find an application by its public reference."""
    try:
        application_id = decode_reference("ap", reference)
    except PayloadInvalid:
        return None
    found = Application.objects.select_related("decided_by", "merchant")
    return found.filter(pk=application_id).first()


def list_log(*, after: str) -> Page[AuditEntry]:
    """Return one page of the log, the newest first.

    Raises:
        DoesNotExist: the cursor is not one of ours.
    """
    entries = AuditEntry.objects.select_related("actor").order_by("-id")
    if after:
        try:
            entries = entries.filter(pk__lt=decode_reference("au", after))
        except PayloadInvalid:
            raise AuditEntry.DoesNotExist from None
    return cut_page(
        entries, size=PAGE_SIZE, cursor=lambda entry: encode_reference("au", entry.id)
    )
