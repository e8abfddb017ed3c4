"""Writes the console's log: each deed in its own transaction."""

from typing import Any
from uuid import UUID

from console.models import AuditEntry, Operator

_DEVICE_MAX = 120


def record_deed(
    deed: str,
    subject: UUID,
    *,
    by: Operator,
    device: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write a line of the log; must run in the deed's transaction."""
    AuditEntry.objects.create(
        actor=by.user,
        deed=deed,
        subject=subject,
        before=before or {},
        after=after or {},
        device=device[:_DEVICE_MAX],
    )
