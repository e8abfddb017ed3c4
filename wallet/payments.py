"""Payments: the payer confirms, and the money moves in one transaction."""

from uuid import UUID

from django.db import IntegrityError, transaction

from identity.errors import PinLocked, PinWrong
from identity.pins import PIN_PATTERN, check_pin
from ledger.errors import InsufficientFunds, TransferRefused
from ledger.queries import read_balance
from pos.charges import capture_charge
from pos.errors import ChargeNotPayable, IdempotencyMismatch
from pos.models import ChargeStatus
from wallet.claims import find_claim
from wallet.errors import PinRequired
from wallet.limits import count_without_pin, needs_pin, start_counting_again
from wallet.models import Attempt, Claim, Payment, Wallet

_ATTEMPTS: dict[type[Exception], str] = {
    PinRequired: "pin_required",
    PinWrong: "pin_wrong",
    PinLocked: "pin_locked",
    InsufficientFunds: "insufficient_funds",
    TransferRefused: "transfer_refused",
    ChargeNotPayable: "charge_not_payable",
}


def confirm_charge(
    wallet: Wallet, claim_id: UUID, *, pin: str, idempotency_key: str, request_hash: bytes
) -> Payment:
    """Pay a claimed charge; confirming again gives the payment of the first time.

    Owns the one durable transaction in which charge, transfer, settlement line, event
    and payment are written together. The PIN is looked at before it, so that a wrong
    try stays counted.

    Raises:
        ClaimUnknown: no such claim of this wallet.
        ChargeNotPayable: canceled, expired, the lease is over, or paid by another.
        PinRequired, PinWrong, PinLocked: the PIN is wanted, wrong or locked.
        InsufficientFunds: the wallet holds too little.
        IdempotencyMismatch: the key came with another request before.
    """
    claim = find_claim(wallet, claim_id)
    if claim.charge.status == ChargeStatus.CAPTURED:
        return _repeat(claim, idempotency_key=idempotency_key, request_hash=request_hash)
    try:
        with_pin = _look_at_pin(claim, pin)
        with transaction.atomic(durable=True):
            return _pay(
                claim,
                with_pin=with_pin,
                idempotency_key=idempotency_key,
                request_hash=request_hash,
            )
    except IntegrityError:
        # The key is on another payment of this wallet; everything was rolled back.
        raise IdempotencyMismatch from None
    except ChargeNotPayable as refusal:
        if refusal.status == ChargeStatus.CAPTURED:
            return _repeat(claim, idempotency_key=idempotency_key, request_hash=request_hash)
        _remember_attempt(claim, refusal)
        raise
    except tuple(_ATTEMPTS) as refusal:
        _remember_attempt(claim, refusal)
        raise


def find_payment(wallet: Wallet, charge_id: UUID) -> Payment | None:
    """Find this wallet's payment of a charge."""
    return Payment.objects.filter(wallet=wallet, charge_id=charge_id).first()


def read_pin(text: str) -> str:
    """Give the six digits typed, or nothing when nothing was.

    Raises:
        PinRequired: something else was typed; no try is counted for it.
    """
    pin = text.strip()
    if pin and not PIN_PATTERN.match(pin):
        raise PinRequired
    return pin


def _look_at_pin(claim: Claim, pin: str) -> bool:
    if pin:
        check_pin(claim.wallet.user_id, pin)
        return True
    if needs_pin(claim.wallet, claim.charge.amount_minor):
        raise PinRequired
    return False


def _pay(claim: Claim, *, with_pin: bool, idempotency_key: str, request_hash: bytes) -> Payment:
    wallet, charge = claim.wallet, claim.charge
    captured = capture_charge(
        charge.id, payer_account_id=wallet.account_id, payer_email=wallet.user.email or ""
    )
    if with_pin:
        start_counting_again(wallet)
    else:
        count_without_pin(wallet, captured.amount_minor)
    assert captured.captured_at is not None, "a captured charge has its time, by constraint"
    captured.store, captured.terminal = charge.store, charge.terminal
    return Payment.objects.create(
        wallet=wallet,
        charge=captured,
        amount_minor=captured.amount_minor,
        currency=captured.currency,
        balance_after_minor=read_balance(wallet.account_id),
        with_pin=with_pin,
        idempotency_key=idempotency_key,
        request_hash=request_hash,
        confirmed_at=captured.captured_at,
    )


def _repeat(claim: Claim, *, idempotency_key: str, request_hash: bytes) -> Payment:
    related = Payment.objects.select_related("charge__store__merchant", "charge__terminal")
    mine = related.filter(wallet=claim.wallet)
    same_key = mine.filter(idempotency_key=idempotency_key).first()
    if same_key is not None and bytes(same_key.request_hash) != request_hash:
        raise IdempotencyMismatch
    payment = same_key or mine.filter(charge_id=claim.charge_id).first()
    if payment is None:
        raise ChargeNotPayable(ChargeStatus.CAPTURED)
    return payment


def _remember_attempt(claim: Claim, refusal: Exception) -> None:
    reason = next(name for kind, name in _ATTEMPTS.items() if isinstance(refusal, kind))
    Attempt.objects.create(claim=claim, reason=reason)
