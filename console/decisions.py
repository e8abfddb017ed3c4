"""What operators or a setting decide, each with its line in the log, in one transaction."""

from django.db import transaction

from console.models import AuditEntry, Operator
from merchants import applications
from merchants.models import Application, ApplicationStatus


@transaction.atomic
def approve(application: Application, *, by: Operator, device: str) -> None:
    """Approve a shop: its merchant is opened and its owner invited.

    Raises:
        OwnApplication, ApplicationDecided: as `merchants.applications`.
    """
    before = application.status
    applications.approve(application, by=by.user)
    _log("application.approved", application, by=by, device=device, before=before)


@transaction.atomic
def decline(application: Application, *, by: Operator, device: str, reason: str) -> None:
    """Decline a shop, for a reason that it is told.

    Raises:
        OwnApplication, ApplicationDecided: as `merchants.applications`.
    """
    before = application.status
    applications.decline(application, by=by.user, reason=reason)
    _log("application.declined", application, by=by, device=device, before=before)


def log_approval_by_setting(application: Application) -> None:
    """Log that `APPROVE_SHOPS` has approved a shop; must run in the approval's transaction."""
    before = ApplicationStatus.APPLIED
    _log("application.approved", application, by=None, device="", before=before)


def _log(
    deed: str, application: Application, *, by: Operator | None, device: str, before: str
) -> None:
    AuditEntry.objects.create(
        actor=None if by is None else by.user,
        deed=deed,
        subject=application.id,
        before={"status": before},
        after={
            "status": application.status,
            "reason": application.reason,
            "shop": application.shop_name,
        },
        device=device[:120],
    )
