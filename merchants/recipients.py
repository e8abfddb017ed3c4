"""Whom the installation writes to about a shop's money."""

from uuid import UUID

from merchants.models import Application, Role, StaffMember


def list_addresses(merchant_id: UUID) -> list[str]:
    """List the addresses of a shop's owners and managers, and the one that applied for it."""
    people = StaffMember.objects.filter(
        merchant_id=merchant_id,
        is_active=True,
        role__in=[Role.OWNER, Role.MANAGER],
        store=None,
    )
    addresses = set(people.values_list("user__email", flat=True))
    applied = Application.objects.filter(merchant_id=merchant_id)
    addresses.update(applied.values_list("email", flat=True))
    return sorted(filter(None, addresses))
