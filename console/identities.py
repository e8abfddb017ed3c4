"""Customers who want higher limits, in the console: an operator decides."""

from django.db import transaction
from django.db.models import Case, QuerySet, Value, When

from console.audit import record_deed
from console.models import Operator
from identity.errors import OwnRequest
from identity.persons import are_one_person
from qr.errors import PayloadInvalid
from qr.references import decode_reference
from wallet import identity_requests
from wallet.models import IdentityRequest, IdentityStatus, Wallet

_SHOWN_MAX = 500


def list_wishes() -> QuerySet[IdentityRequest]:
    """List the wishes for higher limits: those that wait, the oldest first, then the others."""
    waits_first = Case(When(status=IdentityStatus.WAITING, then=Value(0)), default=Value(1))
    ordered = IdentityRequest.objects.order_by(waits_first, "-ended_at", "id")
    return ordered.select_related("user", "decided_by")[:_SHOWN_MAX]


def count_wishes() -> int:
    """Count the wishes for higher limits that wait for a decision."""
    return IdentityRequest.objects.filter(status=IdentityStatus.WAITING).count()


def find_wish(reference: str) -> IdentityRequest | None:
    """Find a wish for higher limits by its public reference, with its customer."""
    try:
        wish_id = decode_reference("ir", reference)
    except PayloadInvalid:
        return None
    return (
        IdentityRequest.objects.select_related("user", "decided_by").filter(pk=wish_id).first()
    )


def list_wallets(wish: IdentityRequest) -> QuerySet[Wallet]:
    """List the wallets whose limits the wish would raise."""
    return Wallet.objects.filter(user=wish.user_id).order_by("id")


@transaction.atomic
def grant_wish(wish: IdentityRequest, *, by: Operator, device: str) -> None:
    """Raise a customer's limits, and tell them.

    Raises:
        OwnRequest: it is the operator's own wallet, maybe by another sign-in.
        IdentityDecided: it was decided or withdrawn meanwhile.
    """
    before = _require_other(wish, by=by)
    identity_requests.grant(wish, by=by.user)
    _log("identity.granted", wish, by=by, device=device, before=before)


@transaction.atomic
def decline_wish(wish: IdentityRequest, *, by: Operator, device: str, reason: str) -> None:
    """Decline higher limits, for a reason that the customer reads.

    Raises:
        OwnRequest, IdentityDecided: as `grant_wish`.
    """
    before = _require_other(wish, by=by)
    identity_requests.decline(wish, by=by.user, reason=reason)
    _log("identity.declined", wish, by=by, device=device, before=before)


def _require_other(wish: IdentityRequest, *, by: Operator) -> str:
    if are_one_person(wish.user, by.user):
        raise OwnRequest
    return wish.status


def _log(deed: str, wish: IdentityRequest, *, by: Operator, device: str, before: str) -> None:
    # Nothing that is erased later: the log stays.
    record_deed(
        deed,
        wish.id,
        by=by,
        device=device,
        before={"status": before},
        after={
            "status": wish.status,
            "tier": wish.tier,
            "reason": wish.reason,
            "person": wish.user.name,
        },
    )
