"""Customers who want a higher tier: they say who they are, and an operator decides."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from foundation.once import make_once
from identity.models import User
from merchants.addresses import Address
from relay.letters import send_to_each
from wallet.currencies import lock_all
from wallet.errors import IdentityAsked, IdentityDecided
from wallet.models import DocumentKind, IdentityRequest, IdentityStatus, Tier, Wallet
from wallet.tiers import find_next

_NO_DOCUMENT = {"document_kind": "", "document_tail": ""}
_NOTHING = _NO_DOCUMENT | {
    "legal_name": "",
    "born_on": None,
    "street": "",
    "building_number": "",
    "postcode": "",
    "town": "",
    "country": "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Who a customer says they are; of the document's number only the last signs."""

    legal_name: str
    born_on: date
    address: Address
    document_kind: DocumentKind
    document_tail: str


def ask_for_tier(wallet: Wallet, facts: Facts, *, request_id: UUID) -> IdentityRequest:
    """Ask for the next tier, once for each form.

    Raises:
        IdentityAsked: a wish waits, or there is no higher tier.
        FormReused: the form asked with other facts before.
    """
    wanted = find_next(wallet.tier)
    said = {
        "legal_name": facts.legal_name,
        "born_on": facts.born_on,
        **asdict(facts.address),
        "document_kind": facts.document_kind,
        "document_tail": facts.document_tail,
    }

    def make(made_id: UUID) -> IdentityRequest:
        if wanted is None:
            raise IdentityAsked
        return IdentityRequest.objects.create(
            id=made_id, user_id=wallet.user_id, tier=wanted, **said
        )

    def is_same(known: IdentityRequest) -> bool:
        return all(getattr(known, name) == value for name, value in said.items())

    try:
        return make_once(_of(wallet.user_id), request_id, make=make, is_same=is_same)
    except IntegrityError:
        raise IdentityAsked from None


def find_latest(user_id: UUID) -> IdentityRequest | None:
    """Find a person's latest wish for a higher tier."""
    # A form draws its id when it is opened, and may be sent after a later one.
    return _of(user_id).order_by("-asked_at").first()


def find_granted(user_id: UUID) -> IdentityRequest | None:
    """Find the latest wish of a person that was granted: who they are, as far as is known."""
    return _of(user_id).filter(status=IdentityStatus.GRANTED).order_by("-id").first()


def withdraw(user_id: UUID) -> None:
    """Withdraw a person's wish that waits; if none does, nothing changes."""
    waiting = _of(user_id).filter(status=IdentityStatus.WAITING)
    waiting.update(status=IdentityStatus.WITHDRAWN, ended_at=Now())


@transaction.atomic
def grant(request: IdentityRequest, *, by: User) -> None:
    """Raise all of a person's wallets to the tier they asked for, and tell them.

    Raises:
        IdentityDecided: it was decided or withdrawn meanwhile.
    """
    _end(request, IdentityStatus.GRANTED, by=by)
    # Nobody falls: a wish may have waited while another operator raised the wallet.
    lock_all(request.user)
    lower = [tier for tier in Tier if list(Tier).index(tier) < _height(request.tier)]
    Wallet.objects.filter(user=request.user_id, tier__in=lower).update(tier=request.tier)


@transaction.atomic
def decline(request: IdentityRequest, *, by: User, reason: str) -> None:
    """Decline a wish, with a reason that the customer reads.

    Raises:
        IdentityDecided: it was decided or withdrawn meanwhile.
    """
    _end(request, IdentityStatus.DECLINED, by=by, reason=reason)


@transaction.atomic
def erase_facts() -> None:
    """Erase what ended wishes say of documents, and all facts of those not granted."""
    kept_for = timedelta(days=settings.IDENTITY_KEPT_DAYS)
    over = IdentityRequest.objects.filter(erased_at=None, ended_at__lte=Now() - kept_for)
    over.filter(status=IdentityStatus.GRANTED).update(**_NO_DOCUMENT, erased_at=Now())
    over.exclude(status=IdentityStatus.GRANTED).update(**_NOTHING, erased_at=Now())


def _end(
    request: IdentityRequest, status: IdentityStatus, *, by: User, reason: str = ""
) -> None:
    # One statement decides, however many decide and withdraw at the same moment.
    waiting = _of(request.user_id).filter(pk=request.pk, status=IdentityStatus.WAITING)
    if not waiting.update(status=status, ended_at=Now(), decided_by=by, reason=reason):
        raise IdentityDecided
    request.refresh_from_db()
    send_to_each("identity_decided", subject=request.id, addresses=request.user.addresses)


def _of(user_id: UUID) -> QuerySet[IdentityRequest]:
    return IdentityRequest.objects.filter(user=user_id)


def _height(tier: str) -> int:
    return list(Tier).index(Tier(tier))
