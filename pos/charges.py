"""Charges: create, lease to a payer, capture, cancel, extend, expire."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import psycopg
import uuid6
from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import get_random_string

from ledger.errors import InsufficientFunds, TransferRefused
from ledger.money import AMOUNT_MINOR_MAX
from merchants.fees import calculate_fee
from pos import transitions
from pos.callers import Caller
from pos.check_words import draw_check_word
from pos.errors import (
    AmountMismatch,
    AmountTooLarge,
    ChargeClaimedByAnother,
    ChargeNotCancelable,
    ChargeNotExtendable,
    ChargeNotPayable,
    CurrencyMismatch,
    IdempotencyMismatch,
)
from pos.models import Charge, ChargeLine, ChargeStatus, Item
from pos.topics import topics_of
from qr.crockford import ALPHABET
from qr.links import SHORT_CODE_LENGTH
from qr.references import encode_reference
from relay.events import record_event
from relay.jobs import enqueue_on_commit
from relay.pages import tell_on_commit

_CAPTURE = "SELECT * FROM pos_capture_charge(%s, %s, %s, %s, %s) WHERE id IS NOT NULL"
_TRANSFER_REFUSED = "TS001"
_TOO_LATE = "TS002"


@dataclass(frozen=True, slots=True)
class NewCharge:
    """What a till asks for; with lines, the server works the amount out itself."""

    amount_minor: int | None
    currency: str
    reference: str
    description: str
    lines: tuple[tuple[Item, int], ...]
    idempotency_key: str
    request_hash: bytes


def create_charge(caller: Caller, new: NewCharge) -> Charge:
    """Open a charge of five minutes for a till or a merchant's server.

    The same key with the same request gives the charge of the first time.

    Raises:
        CurrencyMismatch: the store sells in another currency.
        AmountMismatch: the amount is not what the items add up to.
        AmountTooLarge: the items add up to more than a charge may be.
        IdempotencyMismatch: the key came with another request before.
    """
    if new.currency != caller.store.currency:
        raise CurrencyMismatch(caller.store.currency)
    charge = _draft_charge(caller, new, amount_minor=_work_out_amount(new))
    with transaction.atomic():
        known = _insert_once(charge)
        if known.id != charge.id:
            if bytes(known.request_hash) != new.request_hash:
                raise IdempotencyMismatch
            return _attach(known, caller)
        ChargeLine.objects.bulk_create(_draft_lines(charge, new.lines))
        record_event(
            "charge.created",
            feed=charge.merchant_id,
            subject=charge.id,
            actor=caller.actor,
            facts={"version": 1, "amount_minor": charge.amount_minor, "currency": new.currency},
        )
    return _attach(known, caller)


def lease_charge(charge_id: UUID, *, payer_account_id: UUID, payer_name: str) -> Charge:
    """Make an open charge this payer's for a minute; again for the same payer renews it.

    Raises:
        ChargeClaimedByAnother: somebody else's lease has not ended.
        ChargeNotPayable: captured, canceled or expired.
    """
    charge = transitions.claim(
        charge_id, payer_account_id=payer_account_id, payer_name=payer_name
    ) or transitions.renew_claim(charge_id, payer_account_id=payer_account_id)
    if charge is not None:
        tell_on_commit(*topics_of(charge))
        return charge
    truth = Charge.objects.get(pk=charge_id)
    # Open by now: the other payer gave it back between our try and this look.
    if truth.status_now in {ChargeStatus.OPEN, ChargeStatus.CLAIMED}:
        raise ChargeClaimedByAnother
    raise ChargeNotPayable(truth.status_now)


def release_charge(charge_id: UUID, *, payer_account_id: UUID) -> None:
    """Give a leased charge back; does nothing if this payer does not hold it."""
    with transaction.atomic():
        charge = transitions.release(charge_id, payer_account_id=payer_account_id)
        if charge is not None:
            tell_on_commit(*topics_of(charge))


def capture_charge(charge_id: UUID, *, payer_account_id: UUID, payer_email: str) -> Charge:
    """Take a leased charge's amount from the payer and give it to the store.

    State, transfer, settlement line and event are written by one SQL function
    (migration `0002_capture`). Must run inside the caller's transaction.

    Raises:
        ChargeNotPayable: captured already, canceled, expired, or the lease is over.
        InsufficientFunds: the payer's account holds too little.
        TransferRefused: anything else the ledger refuses, such as a closed account.
    """
    reference = encode_reference("ch", charge_id)
    parameters = [payer_account_id, charge_id, payer_email, uuid6.uuid7(), reference]
    try:
        charge = next(iter(Charge.objects.raw(_CAPTURE, parameters)), None)
    except DatabaseError as failure:
        refusal = _read_refusal(failure, charge_id)
        if refusal is None:
            raise
        raise refusal from failure
    if charge is None:
        raise ChargeNotPayable(Charge.objects.get(pk=charge_id).status_now)
    tell_on_commit(*topics_of(charge))
    enqueue_on_commit("pos.issue_receipts")
    return charge


def cancel_charge(charge_id: UUID, *, caller: Caller) -> Charge:
    """Cancel an open or claimed charge; canceling again gives the charge unchanged.

    Raises:
        ChargeNotCancelable: captured or expired; says which.
    """
    with transaction.atomic():
        charge = transitions.cancel(charge_id, actor=caller.actor)
        if charge is not None:
            tell_on_commit(*topics_of(charge))
            return charge
    truth = Charge.objects.get(pk=charge_id)
    if truth.status_now != ChargeStatus.CANCELED:
        raise ChargeNotCancelable(truth.status_now)
    return truth


def extend_charge(charge_id: UUID, *, caller: Caller) -> Charge:
    """Give a waiting customer five more minutes, up to two hours in all.

    Raises:
        ChargeNotExtendable: it is over, or two hours old.
    """
    with transaction.atomic():
        charge = transitions.extend(charge_id, actor=caller.actor)
        if charge is not None:
            tell_on_commit(*topics_of(charge))
            return charge
    raise ChargeNotExtendable(Charge.objects.get(pk=charge_id).status_now)


def sweep_charges(*, most: int = 1000) -> int:
    """Write down what the clock has decided: leases that ended, charges that expired.

    Nothing depends on it: every guard reads the clock itself.
    """
    alive = Charge.objects.filter(captured_at=None, canceled_at=None, expired_at=None)
    now = timezone.now()
    over = alive.filter(expires_at__lte=now).values_list("id", flat=True)[:most]
    lapsed = alive.filter(lease_until__lte=now).values_list("id", flat=True)[:most]
    return _sweep(list(over), transitions.expire) + _sweep(list(lapsed), transitions.end_lease)


def _sweep(charge_ids: list[UUID], move: Callable[[UUID], Charge | None]) -> int:
    moved = 0
    for charge_id in charge_ids:
        with transaction.atomic():
            charge = move(charge_id)
            if charge is not None:
                tell_on_commit(*topics_of(charge))
                moved += 1
    return moved


def _insert_once(charge: Charge) -> Charge:
    # The key's unique index decides between requests that come at the same time: the
    # later one waits for the earlier, then inserts nothing and reads the other's row.
    same_key = Charge.objects.filter(
        owner_id=charge.owner_id, idempotency_key=charge.idempotency_key
    )
    while True:
        Charge.objects.bulk_create([charge], ignore_conflicts=True)
        known = same_key.first()
        if known is not None:
            return known
        # One in a million million: the short code is taken. Another one, then.
        charge.short_code = _draw_short_code()


def _draw_short_code() -> str:
    return get_random_string(SHORT_CODE_LENGTH, ALPHABET)


def _work_out_amount(new: NewCharge) -> int:
    if not new.lines:
        return new.amount_minor or 0
    total_minor = sum(item.price_minor * quantity for item, quantity in new.lines)
    if total_minor > AMOUNT_MINOR_MAX:
        raise AmountTooLarge
    if new.amount_minor not in {None, total_minor}:
        raise AmountMismatch(total_minor)
    return total_minor


def _draft_charge(caller: Caller, new: NewCharge, *, amount_minor: int) -> Charge:
    return Charge(
        merchant_id=caller.store.merchant_id,
        store=caller.store,
        terminal=caller.terminal,
        cashier=caller.cashier,
        owner_id=caller.owner_id,
        idempotency_key=new.idempotency_key,
        request_hash=new.request_hash,
        currency=new.currency,
        amount_minor=amount_minor,
        fee_minor=calculate_fee(caller.store.merchant, amount_minor=amount_minor),
        reference=new.reference,
        description=new.description,
        short_code=_draw_short_code(),
        check_word=draw_check_word(),
        takings_account_id=caller.store.takings_account_id,
        expires_at=Now() + timedelta(seconds=settings.CHARGE_LIFE_S),
    )


def _draft_lines(charge: Charge, lines: Sequence[tuple[Item, int]]) -> list[ChargeLine]:
    return [
        ChargeLine(
            charge=charge,
            position=position,
            name=item.name,
            quantity=quantity,
            unit_price_minor=item.price_minor,
        )
        for position, (item, quantity) in enumerate(lines)
    ]


def _attach(charge: Charge, caller: Caller) -> Charge:
    charge.store, charge.terminal = caller.store, caller.terminal
    return charge


def _read_refusal(failure: DatabaseError, charge_id: UUID) -> Exception | None:
    cause = failure.__cause__
    if not isinstance(cause, psycopg.Error):
        return None
    result = cause.diag.message_primary or ""
    if cause.sqlstate == _TOO_LATE:
        return ChargeNotPayable(result)
    if cause.sqlstate != _TRANSFER_REFUSED:
        return None
    if result == "insufficient_funds":
        return InsufficientFunds(result, charge_id)
    return TransferRefused(result, charge_id)
