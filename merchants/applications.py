"""Shops that join: they apply, confirm their address, and an operator decides."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import uuid6
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from foundation.locks import lock_name
from foundation.once import make_once
from identity.errors import DoorsCrowded
from identity.models import User
from merchants.addresses import Address
from merchants.errors import ApplicationDecided, InvitationOver, OwnApplication, TooManyLetters
from merchants.invitations import invite, list_open, renew
from merchants.models import (
    Application,
    ApplicationStatus,
    Invitation,
    LegalForm,
    Role,
    StaffMember,
)
from merchants.onboarding import open_merchant
from merchants.people import Job
from qr.references import decode_reference
from relay.letters import send_letter

_SALT = "merchants.applications"
# The link also shows how the application stands.
_LINK_LIFE = timedelta(days=90)
_LINKS_MAX = 5
_LATELY, _HOUR = timedelta(minutes=30), timedelta(hours=1)

ApprovalLog = Callable[[Application], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """What a shop says of itself."""

    shop_name: str
    legal_name: str
    legal_form: LegalForm
    vat_number: str
    trade: str
    address: Address
    time_zone: str
    contact_name: str
    email: str
    phone: str


def apply(applicant: Applicant, *, application_id: UUID) -> Application:
    """Keep an application and mail its link; the same form sent again returns it.

    Raises:
        TooManyLetters: this address got too many links lately.
        DoorsCrowded: too many shops applied in the last hour.
        FormReused: the form applied for another shop before.
    """
    address = applicant.address

    def make(made_id: UUID) -> Application:
        _refuse_floods(applicant.email.lower())
        application = Application.objects.create(
            id=made_id,
            shop_name=applicant.shop_name,
            legal_name=applicant.legal_name,
            legal_form=applicant.legal_form,
            vat_number=applicant.vat_number,
            trade=applicant.trade,
            street=address.street,
            building_number=address.building_number,
            postcode=address.postcode,
            town=address.town,
            country=address.country,
            time_zone=applicant.time_zone,
            contact_name=applicant.contact_name,
            email=applicant.email.lower(),
            phone=applicant.phone,
        )
        send_letter("join", subject=application.id, address=application.email)
        return application

    return make_once(
        Application.objects.all(),
        application_id,
        make=make,
        is_same=lambda made: (
            (made.shop_name, made.email) == (applicant.shop_name, applicant.email.lower())
        ),
    )


def _refuse_floods(email: str) -> None:
    # Of forms that are sent at once for one address each sees those before it.
    lock_name(f"application of {email}")
    of_address = Application.objects.filter(email=email, created_at__gt=Now() - _LATELY)
    if of_address.count() >= _LINKS_MAX:
        raise TooManyLetters
    of_hour = Application.objects.filter(created_at__gt=Now() - _HOUR)
    if of_hour.count() >= settings.APPLICATIONS_HOUR_MAX:
        raise DoorsCrowded


def make_token(application: Application) -> str:
    """Make the token of an application's link."""
    return signing.dumps(application.public_id, salt=_SALT)


def find_by_token(token: str) -> Application:
    """Find the application of a link.

    Raises:
        InvitationOver: the link is too old, or never was one.
    """
    try:
        reference = signing.loads(token, salt=_SALT, max_age=_LINK_LIFE)
    except signing.BadSignature:
        raise InvitationOver from None
    found = Application.objects.filter(pk=decode_reference("ap", reference))
    for application in found.select_related("merchant"):
        return application
    raise InvitationOver


@transaction.atomic
def confirm_address(application: Application) -> None:
    """Note that the owner has read the mail; again changes nothing.

    If the settings say so, the shop is approved at once; the console's log has it.
    """
    waiting = Application.objects.filter(
        pk=application.pk, status=ApplicationStatus.UNCONFIRMED
    )
    if waiting.update(status=ApplicationStatus.APPLIED, confirmed_at=Now()):
        application.refresh_from_db()
        if settings.APPROVE_SHOPS:
            approve(application, by=None)
            log_approval: ApprovalLog = import_string(settings.APPROVAL_LOG)
            log_approval(application)


@transaction.atomic
def approve(application: Application, *, by: User | None) -> Invitation:
    """Open the merchant of an application and invite its owner; None is the setting.

    Customers read "verified" only of a shop that a person has approved.

    Raises:
        OwnApplication: the operator approves their own shop.
        ApplicationDecided: it is decided, or its address is not confirmed.
    """
    _lock(application, by=by)
    merchant = open_merchant(
        application.shop_name,
        country=application.country,
        time_zone=application.time_zone,
        is_verified=by is not None,
        trade=application.trade,
    )
    Application.objects.filter(pk=application.pk).update(
        status=ApplicationStatus.APPROVED, decided_at=Now(), decided_by=by, merchant=merchant
    )
    application.refresh_from_db()
    return invite(
        merchant,
        invitation_id=uuid6.uuid7(),
        name=application.contact_name,
        email=application.email,
        job=Job(role=Role.OWNER, store=None, may_refund=True),
    )


def is_ownerless(application: Application) -> bool:
    """Return whether an approved shop has nobody, because its owner's invitation ran out."""
    merchant = application.merchant
    return (
        merchant is not None
        and not StaffMember.objects.filter(merchant=merchant).exists()
        and not list_open(merchant).exists()
    )


@transaction.atomic
def invite_owner_again(application: Application) -> None:
    """Invite the owner of an approved shop that has nobody; otherwise change nothing."""
    # Of two requests at the same moment the second one finds the invitation.
    Application.objects.select_for_update(no_key=True).get(pk=application.pk)
    if is_ownerless(application):
        owners = Invitation.objects.filter(
            merchant=application.merchant, email=application.email, role=Role.OWNER
        )
        renew(owners.latest("id"))


@transaction.atomic
def decline(application: Application, *, by: User, reason: str) -> None:
    """Decline an application, and mail the reason.

    Raises:
        OwnApplication: the operator decides about their own shop.
        ApplicationDecided: it is decided, or its address is not confirmed.
    """
    _lock(application, by=by)
    Application.objects.filter(pk=application.pk).update(
        status=ApplicationStatus.DECLINED, decided_at=Now(), decided_by=by, reason=reason
    )
    application.refresh_from_db()
    send_letter("declined", subject=application.id, address=application.email)


def _lock(application: Application, *, by: User | None) -> None:
    if by is not None and by.email == application.email:
        raise OwnApplication
    # Of two operators the second one waits here, and finds it decided.
    waiting = Application.objects.select_for_update(no_key=True).filter(
        pk=application.pk, status=ApplicationStatus.APPLIED
    )
    if waiting.first() is None:
        raise ApplicationDecided
