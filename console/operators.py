"""Who the operators are: invited by mail and ended, by two of them where there are two."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from console.audit import record_deed
from console.errors import ChangeAlready, ChangeOver, LastOperator
from console.models import AuditEntry, ChangeKind, Operator, OperatorChange
from console.money_in import find_by_reference
from foundation.once import make_once
from identity import agreements
from identity.models import User
from identity.passwords import choose_password
from identity.persons import are_one_person
from merchants.organisations import find_organisation
from qr.errors import PayloadInvalid
from qr.references import decode_reference
from relay.letters import Text, send_letter

LIFE = timedelta(days=7)
_SALT = "console.operators"
_CARRY_OUT = "SELECT console_carry_out_change(change => %s, person => %s)"
_ASKED = {ChangeKind.ADMIT: "operator.invited", ChangeKind.END: "operator.end_asked"}


def list_operators() -> QuerySet[Operator]:
    """List the operators, those who still are first."""
    people = Operator.objects.select_related("user")
    return people.order_by("-is_active", "user__name", "user_id")


def list_changes() -> list[OperatorChange]:
    """List the wishes that wait for a second operator or for their invited person."""
    young = OperatorChange.objects.filter(
        carried_out_at=None, withdrawn_at=None, asked_at__gt=timezone.now() - LIFE
    )
    return list(young.select_related("asked_by", "person").order_by("id"))


def find_change(reference: str) -> OperatorChange | None:
    """Find a wish by its public reference."""
    changes = OperatorChange.objects.select_related("asked_by", "person")
    return find_by_reference(changes, "oc", reference)


@transaction.atomic
def invite(
    name: str, email: str, *, reason: str, change_id: UUID, by: Operator, device: str
) -> OperatorChange:
    """Ask that somebody becomes an operator; mailed once a second one agrees, if there is one.

    The same form sent again returns the same wish.

    Raises:
        ChangeAlready: somebody with this address is an operator.
        FormReused: the form invited somebody else before.
    """
    address = email.strip().lower()
    if Operator.objects.filter(user__email=address, is_active=True).exists():
        raise ChangeAlready
    wish = OperatorChange(
        kind=ChangeKind.ADMIT, name=name, email=address, reason=reason, asked_by=by.user
    )
    return _ask(wish, change_id=change_id, by=by, device=device)


@transaction.atomic
def ask_to_end(
    operator: Operator, *, reason: str, change_id: UUID, by: Operator, device: str
) -> OperatorChange:
    """Ask that somebody is an operator no more; whoever ends themselves asks nobody.

    Raises:
        ChangeAlready: somebody has asked for it.
        LastOperator: nobody else would be left.
        FormReused: the form asked for something else before.
    """
    wish = OperatorChange(
        kind=ChangeKind.END, person=operator.user, reason=reason, asked_by=by.user
    )
    return _ask(wish, change_id=change_id, by=by, device=device)


@transaction.atomic
def agree(change: OperatorChange, *, by: Operator, device: str) -> None:
    """Agree as the second operator: an invitation is mailed, an end takes effect at once.

    Raises:
        OwnRequest, DecidedMeanwhile: as `identity.agreements`.
        LastOperator: nobody else would be left.
    """
    waiting = OperatorChange.objects.filter(carried_out_at=None, is_alone=False)
    agreements.agree(change, among=waiting, by=by.user)
    _log("operator.agreed", change, by=by, device=device)
    _go_on(change)


@transaction.atomic
def withdraw(change: OperatorChange, *, by: Operator, device: str) -> None:
    """Withdraw or decline a wish that nobody has agreed to; an agreed one ends after a week.

    Raises:
        DecidedMeanwhile: it was carried out or withdrawn.
    """
    waiting = OperatorChange.objects.filter(carried_out_at=None)
    agreements.withdraw(change, among=waiting, by=by.user)
    _log("operator.withdrawn", change, by=by, device=device)


def make_token(change: OperatorChange) -> str:
    """Make the token of an invitation's link."""
    return signing.dumps(change.public_id, salt=_SALT)


def find_by_token(token: str) -> OperatorChange:
    """Find the invitation of a link.

    Raises:
        ChangeOver: it was accepted or withdrawn, is too old, or never was one.
    """
    try:
        reference = signing.loads(token, salt=_SALT, max_age=LIFE)
        change_id = decode_reference("oc", reference)
    except (signing.BadSignature, PayloadInvalid):
        raise ChangeOver from None
    found = OperatorChange.objects.filter(
        pk=change_id, kind=ChangeKind.ADMIT, carried_out_at=None
    ).first()
    if found is None or not found.is_agreed:
        raise ChangeOver
    return found


def needs_password(change: OperatorChange) -> bool:
    """Return whether the invited person has no password yet, and so chooses one."""
    return not User.objects.filter(email=change.email).exclude(password="").exists()


@transaction.atomic
def accept(change: OperatorChange, *, name: str, password: str, device: str) -> User:
    """Become an operator; name and password are for people who have none yet.

    Raises:
        ChangeOver: it was accepted or withdrawn meanwhile, or nobody agrees any more.
    """
    user, _ = User.objects.get_or_create(
        email=change.email, defaults={"name": name or change.name}
    )
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not user.password:
        choose_password(user, password)
    if _carry_out(change, user.pk) != "done":
        raise ChangeOver
    AuditEntry.objects.create(
        actor=user, deed="operator.added", subject=user.pk, device=device[:120]
    )
    return user


def write_invitation(change_id: UUID) -> Text | None:
    """Write to somebody who is to become an operator; None if it is over meanwhile."""
    change = OperatorChange.objects.filter(pk=change_id, carried_out_at=None).first()
    if change is None or not change.is_agreed:
        return None
    organisation = find_organisation()
    path = reverse("console:operator_invitation", kwargs={"token": make_token(change)})
    facts = {
        "organisation": organisation.legal_name if organisation else "Tessera",
        "link": f"{settings.PUBLIC_URL}{path}",
    }
    return Text(
        subject=gettext("An invitation to the operator's console"),
        body=render_to_string("emails/operator.txt", facts),
    )


def _ask(wish: OperatorChange, *, change_id: UUID, by: Operator, device: str) -> OperatorChange:
    # Whoever has a second account of their own is still alone.
    others = Operator.objects.filter(is_active=True).exclude(pk=by.pk).select_related("user")
    wish.is_alone = all(are_one_person(each.user, by.user) for each in others)

    def make(made_id: UUID) -> OperatorChange:
        wish.id = made_id
        wish.save(force_insert=True)
        _log(_ASKED[ChangeKind(wish.kind)], wish, by=by, device=device)
        _go_on(wish)
        return wish

    def is_same(made: OperatorChange) -> bool:
        kept = (made.kind, made.email, made.person_id, made.reason)
        return kept == (wish.kind, wish.email, wish.person_id, wish.reason)

    mine = OperatorChange.objects.filter(asked_by=by.user)
    try:
        return make_once(mine, change_id, make=make, is_same=is_same)
    except IntegrityError:
        raise ChangeAlready from None


def _go_on(change: OperatorChange) -> None:
    ends_self = change.kind == ChangeKind.END and change.person_id == change.asked_by_id
    if change.kind == ChangeKind.ADMIT and change.is_agreed:
        send_letter("operator", subject=change.id, address=change.email)
    elif change.kind == ChangeKind.END and (change.is_agreed or ends_self):
        outcome = _carry_out(change, None)
        if outcome == "last":
            raise LastOperator
        if outcome != "done":
            raise ChangeOver


def _carry_out(change: OperatorChange, person_id: UUID | None) -> str:
    with connection.cursor() as cursor:
        cursor.execute(_CARRY_OUT, [change.pk, person_id])
        (outcome,) = cursor.fetchone()
    return str(outcome)


def _log(deed: str, change: OperatorChange, *, by: Operator, device: str) -> None:
    person = change.person.name if change.person is not None else change.name
    after = {"person": person, "what": change.email, "reason": change.reason}
    record_deed(deed, change.id, by=by, device=device, after=after)
