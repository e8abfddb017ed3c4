"""Who works for a merchant: cashiers with a PIN, and people with a sign-in of their own.

A cashier's PIN is the shop's to set only while the person has no sign-in of their own: whoever
has an e-mail address or a phone number may have a wallet, which the same PIN opens.
"""

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from foundation.once import make_once
from identity.models import User
from identity.pins import is_pin_of, set_pin
from merchants.errors import LastOwner
from merchants.models import Merchant, Role, StaffMember, Store
from merchants.onboarding import hire


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What somebody does for a merchant; without a store, in all of them."""

    role: Role
    store: Store | None
    may_refund: bool


def list_people(staff: StaffMember) -> QuerySet[StaffMember]:
    """List the people whom this one sees: those of their store, or all; by name."""
    people = StaffMember.objects.filter(merchant_id=staff.merchant_id)
    if staff.store_id is not None:
        people = people.filter(store_id=staff.store_id)
    return people.select_related("user", "store", "merchant").order_by("user__name", "id")


def can_change(staff: StaffMember, member: StaffMember) -> bool:
    """Return whether this person may change that one: owners everybody, managers cashiers."""
    if staff.role == Role.OWNER:
        return True
    return staff.role == Role.MANAGER and member.role == Role.CASHIER


def has_own_sign_in(member: StaffMember) -> bool:
    """Return whether the person signs in by themselves, and so keeps their own PIN."""
    return bool(member.user.email or member.user.phone)


def add_cashier(
    merchant: Merchant, *, member_id: UUID, name: str, pin: str, job: Job
) -> StaffMember:
    """Add a cashier, who has a PIN and no other sign-in; sent again, return the same one.

    Raises:
        FormReused: the form added somebody else before, or with another PIN or job.
    """

    def make(made_id: UUID) -> StaffMember:
        user = User.objects.create(name=name)
        set_pin(user, pin)
        member = hire(merchant, user, role=Role.CASHIER, store=job.store, member_id=made_id)
        return write_job(member, job)

    return make_once(
        StaffMember.objects.filter(merchant=merchant).select_related("user"),
        member_id,
        make=make,
        is_same=lambda member: _is_as_typed(member, name=name, pin=pin, job=job),
    )


@transaction.atomic
def change_job(member: StaffMember, job: Job) -> None:
    """Change what somebody does.

    Raises:
        LastOwner: nobody else owns the shop.
    """
    if job.role != Role.OWNER:
        _keep_an_owner(member)
    write_job(member, job)


def write_job(member: StaffMember, job: Job) -> StaffMember:
    """Write what somebody does from now on."""
    member.role, member.store, member.may_refund = job.role, job.store, job.may_refund
    member.save(update_fields=["role", "store", "may_refund"])
    return member


def rename_cashier(member: StaffMember, name: str) -> None:
    """Rename somebody whose sign-in is the shop's; others name themselves."""
    if has_own_sign_in(member):
        raise PermissionDenied
    User.objects.filter(pk=member.user_id).update(name=name)


def reset_pin(member: StaffMember, pin: str) -> None:
    """Set the PIN of a cashier whose sign-in is the shop's, and forget wrong tries."""
    if has_own_sign_in(member):
        raise PermissionDenied
    set_pin(member.user, pin)


@transaction.atomic
def dismiss(member: StaffMember) -> None:
    """End somebody's work here: tills and pages refuse them at once; again changes nothing.

    Raises:
        LastOwner: nobody else owns the shop.
    """
    _keep_an_owner(member)
    StaffMember.objects.filter(pk=member.pk).update(is_active=False)


def take_back(member: StaffMember) -> None:
    """Take somebody back who left, in the same job; again changes nothing."""
    StaffMember.objects.filter(pk=member.pk).update(is_active=True)


def _is_as_typed(member: StaffMember, *, name: str, pin: str, job: Job) -> bool:
    kept = (member.user.name, member.store_id, member.may_refund)
    typed = (name, job.store and job.store.id, job.may_refund)
    # Nobody tries out by an old form the PIN that opens somebody's own wallet.
    return kept == typed and not has_own_sign_in(member) and is_pin_of(member.user_id, pin)


def _keep_an_owner(member: StaffMember) -> None:
    owners = StaffMember.objects.filter(
        merchant_id=member.merchant_id, role=Role.OWNER, is_active=True
    )
    # Key order; two owners who dismiss each other wait here, and the second one is refused.
    locked = owners.select_for_update(no_key=True).order_by("id")
    if [owner.pk for owner in locked] == [member.pk]:
        raise LastOwner
