"""Charges: create, lease to a payer, capture, cancel, extend, expire."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from foundation.idempotency import IdempotencyMismatch, find_repeated
from ledger.transactions import retry_clashes
from merchants.models import Store
from pos.discounts import find_allower, record_discounts
from pos.errors import (
    ChargeClaimedByAnother,
    ChargeNotCancelable,
    ChargeNotExtendable,
    ChargeNotPayable,
    CurrencyMismatch,
    ItemSoldOut,
    StoreClosed,
    TillMoved,
    TillUnpaired,
)
from pos.models import Charge, ChargeStatus, Terminal, TerminalToken
from pos.moves import move
from pos.openings import NewCharge, Prices, open_charge, open_charge_by_token
from pos.places import place
from pos.pricing import price_charge
from pos.principals import Principal
from pos.running import telling_running
from pos.stock import is_counted, list_overdue_holders, return_stock, take_stock
from pos.topics import topics_of
from pos.transitions import (
    BY_THE_CLOCK,
    CANCEL,
    EXPIRE,
    EXTEND,
    REFUSE,
    RELEASE,
    UNENDED,
    Transition,
)
from relay.jobs import enqueue_on_commit
from relay.pages import tell_on_commit


def create_charge(principal: Principal, new: NewCharge) -> Charge:
    """Open a charge of five minutes for a till or a merchant's server.

    The same key with the same request returns the first charge.

    Raises:
        StoreClosed: the store takes no payments.
        TillUnpaired: the till is not paired any more, or it was moved (`TillMoved`).
        CurrencyMismatch: the store sells in another currency.
        AmountMismatch, AmountTooLarge, NothingToPay, TipsNotTaken, TipTooLarge: as
            `price_charge`.
        DiscountNotAllowed: more than the cashier may give, and no manager's approval of it.
        ItemSoldOut: fewer of an item are left than the charge sells.
        IdempotencyMismatch: the key came with another request before.
        StillRunning: the same key's first request is not done yet.
    """
    if principal.store.closed_at is not None:
        raise StoreClosed
    if new.currency != principal.store.currency:
        raise CurrencyMismatch(principal.store.currency)
    prices = price_charge(principal.store, new)
    with telling_running(lambda: f"{principal.id} {new.idempotency_key}"):
        try:
            charge = _open(principal, new, prices)
        except ItemSoldOut:
            # A charge that is over by the clock holds what it took until it is swept.
            if not _move_all(EXPIRE, list_overdue_holders(new.lines), actor="clock"):
                raise
            charge = _open(principal, new, prices)
        return place(charge, principal)


@retry_clashes
def _open(principal: Principal, new: NewCharge, prices: Prices) -> Charge:
    begin = _open_with_more if new.discounts or is_counted(new.lines) else open_charge
    # A short code is one of 34 billion; if it is taken, another one is drawn.
    while (charge := begin(principal, new, prices)) is None:
        known = find_created(principal, key=new.idempotency_key, request_hash=new.request_hash)
        if known is not None:
            return known
        _check_place(principal)
    return charge


@transaction.atomic
def _open_with_more(principal: Principal, new: NewCharge, prices: Prices) -> Charge | None:
    allowed = find_allower(principal, new.discounts, approval=new.approval)
    charge = open_charge(principal, new, prices)
    # The same request again has given its discounts and taken its pieces before.
    if charge is not None:
        record_discounts(charge, new.discounts, giver=principal.cashier, allowed=allowed)
        take_stock(charge, new.lines)
    return charge


def create_charge_by_token(digest: bytes, new: NewCharge) -> Charge | None:
    """Open a charge without lines at the till whose integration's token has this digest.

    None: no such token, or refused; `create_charge` tells why.

    Raises:
        StillRunning: the same key's first request is not done yet.
    """

    def find_subject() -> str:
        tills = TerminalToken.objects.filter(digest=digest)
        return f"{tills.values_list('terminal_id', flat=True).get()} {new.idempotency_key}"

    with telling_running(find_subject):
        return retry_clashes(open_charge_by_token)(digest, new)


def find_created(principal: Principal, *, key: str, request_hash: bytes) -> Charge | None:
    """Return the charge that the same request made before, if any, in its present state.

    Raises:
        IdempotencyMismatch: the key came with another request, or for another merchant.
    """
    made = Charge.objects.filter(principal_id=principal.id)
    known = find_repeated(made, key=key, request_hash=request_hash)
    if known is None:
        return None
    # A payer buys from many merchants, and each of them reads its own sales alone.
    if known.merchant_id != principal.store.merchant_id:
        raise IdempotencyMismatch
    return place(known, principal)


def announce_lease(charge: Charge) -> None:
    """Notify the till and the payer's phone of a charge that `pos_lease_charge` leased."""
    tell_on_commit(*topics_of(charge))


def explain_refused_lease(charge_id: UUID) -> ChargeClaimedByAnother | ChargeNotPayable:
    """Return why `pos_lease_charge` did not lease this charge."""
    truth = Charge.objects.get(pk=charge_id)
    # Open by now: the other payer released it between our attempt and this read.
    if not truth.is_over:
        return ChargeClaimedByAnother()
    return ChargeNotPayable(truth.status_now)


@retry_clashes
def release_charge(charge_id: UUID, *, payer_account_id: UUID) -> None:
    """Release a leased charge; does nothing if this payer does not hold it."""
    with transaction.atomic():
        charge = move(RELEASE, charge_id, actor="payer", payer=payer_account_id)
        if charge is not None:
            tell_on_commit(*topics_of(charge))


@retry_clashes
def refuse_charge(charge_id: UUID, *, payer_account_id: UUID, refusal: str) -> bool:
    """Record and show at the till why the payer cannot pay; return whether that is news."""
    with transaction.atomic():
        facts = {"payer": payer_account_id, "refusal": refusal}
        charge = move(REFUSE, charge_id, actor="payer", **facts)
        if charge is not None:
            tell_on_commit(*topics_of(charge))
    return charge is not None


def announce_capture(charge: Charge) -> None:
    """Notify the till and the phone of a capture, and enqueue issuing its receipt."""
    tell_on_commit(*topics_of(charge))
    enqueue_on_commit("pos.issue_receipts")


@retry_clashes
def cancel_charge(charge_id: UUID, *, principal: Principal) -> Charge:
    """Cancel an open or claimed charge; canceling again returns it unchanged.

    Raises:
        ChargeNotCancelable: captured or expired; says which.
    """
    with transaction.atomic():
        charge = move(CANCEL, charge_id, actor=principal.actor)
        if charge is not None:
            return_stock(charge.id)
            tell_on_commit(*topics_of(charge))
            return charge
    truth = Charge.objects.get(pk=charge_id)
    if truth.status_now != ChargeStatus.CANCELED:
        raise ChargeNotCancelable(truth.status_now)
    return truth


def cancel_waiting_charges(places: Q, *, actor: str) -> int:
    """Cancel the open and claimed charges there, one by one; return how many.

    Must run inside the caller's transaction. A payer who confirms at the same moment has either
    paid, or is told that the charge is canceled.
    """
    # In key order, so that two cancellations of the same charges wait and never deadlock.
    unended = Charge.objects.filter(places & UNENDED).order_by("id")
    waiting = list(unended.values_list("id", flat=True))
    return _move_all(CANCEL, waiting, actor=actor)


@retry_clashes
def extend_charge(charge_id: UUID, *, principal: Principal) -> Charge:
    """Extend a charge that is not over by five minutes, up to two hours in all.

    Raises:
        ChargeNotExtendable: it is over, or two hours old.
    """
    with transaction.atomic():
        charge = move(
            EXTEND,
            charge_id,
            actor=principal.actor,
            life=timedelta(seconds=settings.CHARGE_LIFE_S),
            most=timedelta(seconds=settings.CHARGE_LIFE_MAX_S),
        )
        if charge is not None:
            tell_on_commit(*topics_of(charge))
            return charge
    raise ChargeNotExtendable(Charge.objects.get(pk=charge_id).status_now)


def sweep_charges(*, most: int = 1000) -> int:
    """Write the status that follows from the clock: leases that ended, charges that expired.

    Nothing depends on it: every guard reads the clock itself.
    """
    moved = 0
    for change in BY_THE_CLOCK:
        due = Charge.objects.filter(change.when_due(Now()))
        moved += _move_all(change, list(due.values_list("id", flat=True)[:most]), actor="clock")
    return moved


def _move_all(change: Transition, charge_ids: list[UUID], *, actor: str) -> int:
    moved = 0
    for charge_id in charge_ids:
        with transaction.atomic():
            charge = move(change, charge_id, actor=actor)
            if charge is not None:
                if charge.is_over:
                    return_stock(charge.id)
                tell_on_commit(*topics_of(charge))
                moved += 1
    return moved


def _check_place(principal: Principal) -> None:
    if not Store.objects.filter(pk=principal.store.id, closed_at=None).exists():
        raise StoreClosed
    if principal.terminal is None or principal.counter_code is not None:
        return
    terminal = Terminal.objects.filter(pk=principal.terminal.id, revoked_at=None).first()
    if terminal is None:
        raise TillUnpaired
    if terminal.store_id != principal.store.id:
        raise TillMoved
