"""Invite people to work for a merchant; whoever reads the mail may accept."""

from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from foundation.once import make_once
from identity.models import User
from identity.passwords import choose_password
from merchants.errors import InvitationOver, MemberAlready, TooManyInvitations
from merchants.models import Invitation, Merchant, Role, StaffMember
from merchants.onboarding import hire
from merchants.people import Job, write_job
from qr.references import decode_reference
from relay.letters import send_letter

LIFE = timedelta(days=7)
_MOMENT = timedelta(minutes=1)
# Many times what a shop's people are, and few for whoever wants to send mail in our name.
OPEN_MAX = 50
A_DAY_MAX = 50
_SALT = "merchants.invitations"


def list_open(merchant: Merchant) -> QuerySet[Invitation]:
    """List the invitations that nobody has accepted yet, the newest first."""
    return _open().filter(merchant=merchant).order_by("-id")


def find_open(invitation_id: UUID) -> Invitation | None:
    """Find an invitation that can still be accepted."""
    return _open().filter(pk=invitation_id).first()


def find_for_owner(merchant: Merchant, *, email: str) -> Invitation | None:
    """Find the newest open invitation of this address to own the merchant."""
    return list_open(merchant).filter(email=email, role=Role.OWNER).first()


def invite(
    merchant: Merchant, *, invitation_id: UUID, name: str, email: str, job: Job
) -> Invitation:
    """Invite somebody by mail; the same form sent again returns the invitation.

    Nothing is said of whether the address is known: only its reader finds out.

    Raises:
        MemberAlready: somebody with this address works here.
        TooManyInvitations: many are open, or were made within a day.
        FormReused: the form invited somebody else before, or to another job, or its invitation
            was accepted or withdrawn.
    """
    address = email.lower()
    working = StaffMember.objects.filter(
        merchant=merchant, user__email=address, is_active=True
    ).select_related("user")
    if (member := working.first()) is not None:
        raise MemberAlready(member.user.name)

    def make(made_id: UUID) -> Invitation:
        # Of two invitations at the same moment, the second one sees the first.
        Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
        # One link for one address: the newest holds.
        list_open(merchant).filter(email=address).update(withdrawn_at=Now())
        _check_room(merchant)
        made = Invitation.objects.create(
            id=made_id,
            merchant=merchant,
            store=job.store,
            email=address,
            name=name,
            role=job.role,
            may_refund=job.may_refund,
        )
        send_invitation(made)
        return made

    return make_once(
        Invitation.objects.filter(merchant=merchant),
        invitation_id,
        make=make,
        is_same=lambda made: _is_open_offer(made, name=name, email=address, job=job),
    )


def send_invitation(invitation: Invitation) -> None:
    """Mail the invitation, perhaps again; at most once a minute."""
    with transaction.atomic():
        send_letter("invitation", subject=invitation.id, address=invitation.email)


def renew(invitation: Invitation) -> None:
    """Begin an invitation that has run out anew, and mail it; an accepted one stays."""
    mine = Invitation.objects.filter(pk=invitation.pk, accepted_at=None)
    with transaction.atomic():
        if mine.update(created_at=Now(), withdrawn_at=None):
            send_invitation(invitation)


def withdraw(invitation: Invitation) -> None:
    """Withdraw an invitation: its link opens nothing any more; again changes nothing."""
    Invitation.objects.filter(pk=invitation.pk, accepted_at=None).update(withdrawn_at=Now())


def make_token(invitation: Invitation) -> str:
    """Make the token of an invitation's link."""
    return signing.dumps(invitation.public_id, salt=_SALT)


def find_by_token(token: str) -> Invitation:
    """Find the invitation of a link.

    Raises:
        InvitationOver: it was accepted or withdrawn, is too old, or never was one.
    """
    return _open().filter(pk=_read_token(token)).first() or _refuse()


def was_just_accepted(token: str) -> bool:
    """Return whether a link's invitation was accepted a moment ago, as by a first tap of two.

    Raises:
        InvitationOver: it never was one of ours, or is too old.
    """
    lately = timezone.now() - _MOMENT
    accepted = Invitation.objects.filter(accepted_at__gt=lately)
    return accepted.filter(pk=_read_token(token)).exists()


def needs_password(invitation: Invitation) -> bool:
    """Return whether the invited person has no password yet, and so chooses one."""
    return not User.objects.filter(email=invitation.email).exclude(password="").exists()


@transaction.atomic
def accept(invitation: Invitation, *, name: str, password: str) -> User:
    """Accept an invitation; the name and the password are for people who have none yet.

    Raises:
        InvitationOver: it was accepted or withdrawn meanwhile.
    """
    mine = _open().select_for_update(no_key=True, of=("self",)).filter(pk=invitation.pk)
    invitation = mine.first() or _refuse()
    user, _ = User.objects.get_or_create(
        email=invitation.email, defaults={"name": name or invitation.name}
    )
    # Of a person's two invitations at the same moment, the second one finds what the first did.
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not user.password:
        choose_password(user, password)
    job = Job(
        role=Role(invitation.role), store=invitation.store, may_refund=invitation.may_refund
    )
    people = StaffMember.objects.select_for_update(no_key=True)
    member = people.filter(merchant=invitation.merchant, user=user).first()
    if member is None:
        write_job(hire(invitation.merchant, user, role=job.role), job)
    elif not member.is_active:
        member.is_active = True
        member.save(update_fields=["is_active"])
        write_job(member, job)
    Invitation.objects.filter(pk=invitation.pk).update(accepted_at=Now())
    return user


def _read_token(token: str) -> UUID:
    try:
        reference = signing.loads(token, salt=_SALT, max_age=LIFE)
    except signing.BadSignature:
        raise InvitationOver from None
    return decode_reference("in", reference)


def _check_room(merchant: Merchant) -> None:
    a_day_ago = timezone.now() - timedelta(days=1)
    lately = Invitation.objects.filter(merchant=merchant, created_at__gt=a_day_ago)
    if list_open(merchant).count() >= OPEN_MAX or lately.count() >= A_DAY_MAX:
        raise TooManyInvitations


def _refuse() -> Invitation:
    raise InvitationOver


def _is_open_offer(made: Invitation, *, name: str, email: str, job: Job) -> bool:
    offered = (made.name, made.email, made.role, made.store_id, made.may_refund)
    asked = (name, email, job.role, job.store and job.store.id, job.may_refund)
    return offered == asked and made.accepted_at is None and made.withdrawn_at is None


def _open() -> QuerySet[Invitation]:
    young = Q(created_at__gt=timezone.now() - LIFE)
    waiting = Invitation.objects.filter(young, accepted_at=None, withdrawn_at=None)
    return waiting.select_related("merchant", "store")
