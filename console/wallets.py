"""Wallets in the console: found, frozen by one operator, and unfrozen by two."""

from uuid import UUID

import uuid6
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from console.errors import AskedAlready, LiftDecided, NotFrozen
from console.models import AuditEntry, FreezeLift, Operator
from identity.errors import OwnRequest
from identity.persons import are_one_person
from identity.sign_in import find_user
from qr.errors import PayloadInvalid
from qr.references import decode_reference
from wallet.currencies import lock_all
from wallet.freezing import freeze_by_operator, lift_by_operators
from wallet.models import FrozenBy, Wallet


def find_wallet(text: str) -> Wallet | None:
    """Find a wallet by its reference, or by its owner's phone number or e-mail address."""
    wallets = Wallet.objects.select_related("user")
    try:
        return wallets.filter(pk=decode_reference("wl", text.strip())).first()
    except PayloadInvalid:
        user = find_user(text)
    return wallets.filter(user=user).first() if user else None


def find_open_lift(wallet: Wallet) -> FreezeLift | None:
    """Find the wish to unfreeze a person's wallets that waits for a second operator."""
    mine = _list_open().filter(wallet__user=wallet.user_id)
    return mine.select_related("asked_by").first()


def list_open_lifts() -> list[FreezeLift]:
    """List the wishes to unfreeze that wait, the oldest first."""
    return list(_list_open().select_related("wallet__user", "asked_by").order_by("id"))


@transaction.atomic
def freeze_wallet(wallet: Wallet, *, by: Operator, reason: str, device: str) -> None:
    """Freeze a wallet so that its owner cannot lift it; again changes nothing."""
    before = wallet.frozen_by
    if freeze_by_operator(wallet):
        _log("wallet.frozen", wallet, by=by, device=device, before=before, reason=reason)


@transaction.atomic
def ask_to_lift(wallet: Wallet, *, by: Operator, reason: str, device: str) -> FreezeLift:
    """Ask a second operator to lift a freeze.

    Raises:
        NotFrozen: no operator has frozen the wallet.
        OwnRequest: it is the operator's own wallet.
        AskedAlready: somebody has asked.
    """
    if are_one_person(wallet.user, by.user):
        raise OwnRequest
    # A freeze is of all the person's wallets, and so is the wish to lift it.
    if any(each.frozen_by != FrozenBy.OPERATOR for each in lock_all(wallet.user)):
        raise NotFrozen
    if find_open_lift(wallet) is not None:
        raise AskedAlready
    try:
        with transaction.atomic():
            lift = FreezeLift.objects.create(
                id=uuid6.uuid7(), wallet=wallet, asked_by=by.user, reason=reason
            )
    except IntegrityError:
        raise AskedAlready from None
    _log("wallet.lift_asked", wallet, by=by, device=device, reason=reason)
    return lift


@transaction.atomic
def grant_lift(lift_id: UUID, *, by: Operator, device: str) -> None:
    """Lift a freeze, as the second operator who wants it.

    Raises:
        OwnRequest: the operator has asked for it, maybe by another sign-in, or it is their own
            wallet.
        LiftDecided: it was granted or withdrawn meanwhile.
    """
    lift = FreezeLift.objects.select_related("wallet__user", "asked_by").get(pk=lift_id)
    if any(are_one_person(each, by.user) for each in (lift.asked_by, lift.wallet.user)):
        raise OwnRequest
    # One statement decides, however many grant and withdraw at the same moment.
    if not _list_open().filter(pk=lift_id).update(granted_by=by.user, granted_at=Now()):
        raise LiftDecided
    lift_by_operators(lift.wallet)
    before, reason = FrozenBy.OPERATOR, lift.reason
    _log("wallet.unfrozen", lift.wallet, by=by, device=device, before=before, reason=reason)


@transaction.atomic
def withdraw_lift(lift_id: UUID, *, by: Operator, device: str) -> None:
    """Withdraw the wish to lift a freeze, as any operator.

    Raises:
        LiftDecided: it was granted or withdrawn meanwhile.
    """
    lift = FreezeLift.objects.select_related("wallet__user").get(pk=lift_id)
    if not _list_open().filter(pk=lift_id).update(withdrawn_at=Now()):
        raise LiftDecided
    _log("wallet.lift_withdrawn", lift.wallet, by=by, device=device, reason=lift.reason)


def _list_open() -> QuerySet[FreezeLift]:
    return FreezeLift.objects.filter(granted_at=None, withdrawn_at=None)


def _log(
    deed: str, wallet: Wallet, *, by: Operator, device: str, reason: str, before: str = ""
) -> None:
    wallet.refresh_from_db(fields=["frozen_at", "frozen_by"])
    AuditEntry.objects.create(
        actor=by.user,
        deed=deed,
        subject=wallet.id,
        before={"frozen_by": before} if before else {},
        after={"frozen_by": wallet.frozen_by, "reason": reason, "person": wallet.user.name},
        device=device[:120],
    )
