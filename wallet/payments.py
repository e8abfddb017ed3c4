"""Payments: the payer confirms, and the money moves in one transaction."""

from enum import StrEnum
from uuid import UUID

import uuid6
from django.conf import settings

from foundation.idempotency import IdempotencyMismatch, find_repeated, hash_request
from foundation.model_sql import JoinedRows
from identity.pins import PIN_PATTERN, check_pin
from identity.tries import in_wallet
from ledger.posting import explain_refusal
from ledger.results import Result
from ledger.transactions import retry_clashes
from pos.charges import announce_capture
from pos.errors import ChargeNotPayable
from pos.models import Charge, ChargeStatus
from pos.places import list_paths, place
from pos.running import (
    MARK,
    number_command,
    taking_waits_for_running,
    telling_running,
)
from wallet.claims import find_claim
from wallet.errors import PinRequired
from wallet.limits import needs_pin
from wallet.models import Claim, Payment, Wallet
from wallet.tries import REASONS, record_try

_CONFIRM = JoinedRows(
    Payment,
    "charge",
    sql="""
        SELECT {columns}, done.outcome::text, done.refusal::text
          FROM wallet_confirm_charge(
                   payer => %(payer)s, charge_id => %(charge)s, wallet_id => %(wallet)s,
                   payment_id => %(payment)s, event => %(event)s, email => %(email)s,
                   reference => %(reference)s, pin_was_given => %(with_pin)s,
                   sum_max => %(sum_max)s, count_max => %(count_max)s,
                   key => CASE WHEN {mark} THEN %(key)s ELSE %(key)s END,
                   hash => %(hash)s) done,
               LATERAL (SELECT (done.payment).*) payment,
               LATERAL (SELECT (done.charge).*) charge
    """.replace("{mark}", MARK),
)
_OF_CHARGE = JoinedRows(
    Payment,
    sql="""
        SELECT {columns} FROM wallet_payment payment WHERE charge_id = %s AND wallet_id = %s
    """,
)


class Outcome(StrEnum):
    """The outcomes of a confirmation; PostgreSQL's type `wallet_outcome` has the same."""

    CONFIRMED = "confirmed"
    CHARGE_NOT_PAYABLE = "charge_not_payable"
    PIN_REQUIRED = "pin_required"
    IDEMPOTENCY_MISMATCH = "idempotency_mismatch"
    TRANSFER_REFUSED = "transfer_refused"


def confirm_charge(
    wallet: Wallet, claim_id: UUID, *, pin: str, idempotency_key: str, request_hash: bytes
) -> Payment:
    """Pay a claimed charge; confirming again returns the first payment.

    Charge, transfer, settlement line, event, allowance and payment are written together by one
    SQL function (`wallet/sql/confirm_charge.sql`): one statement, and so one transaction. The
    PIN is checked before it, so that a wrong try stays counted.

    Raises:
        ClaimUnknown: no such claim of this wallet.
        ChargeNotPayable: canceled, expired, the lease is over, or paid by another.
        PinRequired, PinWrong, PinLocked: the PIN is missing, wrong or locked.
        InsufficientFunds: the wallet holds too little.
        IdempotencyMismatch: the key came with another request before.
        StillRunning: a payment of this charge is still running; its outcome is unknown.
    """
    claim = find_claim(wallet, claim_id)
    if claim.charge.status == ChargeStatus.CAPTURED:
        return _repeat(claim, idempotency_key=idempotency_key, request_hash=request_hash)
    try:
        with_pin = _look_at_pin(wallet, claim, pin)
        return pay_claim(
            claim,
            with_pin=with_pin,
            idempotency_key=idempotency_key,
            request_hash=request_hash,
        )
    except ChargeNotPayable as refusal:
        if refusal.status == ChargeStatus.CAPTURED:
            return _repeat(claim, idempotency_key=idempotency_key, request_hash=request_hash)
        record_try(claim, refusal)
        raise
    except tuple(REASONS) as refusal:
        record_try(claim, refusal)
        raise


def pay_claim(
    claim: Claim, *, with_pin: bool, idempotency_key: str, request_hash: bytes
) -> Payment:
    """Pay a claim whose PIN was checked, or that needs none; writes nothing if refused.

    Raises:
        ChargeNotPayable, PinRequired, InsufficientFunds, TransferRefused, IdempotencyMismatch,
        StillRunning: as `confirm_charge`.
    """
    running = number_command(claim.charge_id)
    with telling_running(running):
        return _capture(
            claim,
            running,
            with_pin=with_pin,
            idempotency_key=idempotency_key,
            request_hash=request_hash,
        )


def hash_confirmation(wallet: Wallet, claim: str) -> bytes:
    """Hash a confirmation's meaning, the wallet and the claim; the PIN is not part of it."""
    return hash_request("confirm charge", principal_id=wallet.id, body={"claim": claim})


def find_payment(wallet: Wallet, charge_id: UUID) -> Payment | None:
    """Find this wallet's payment of a charge."""
    payment = _OF_CHARGE.first([charge_id, wallet.id])
    if payment is not None:
        payment.wallet = wallet
    return payment


def read_pin(text: str) -> str:
    """Return the six digits typed; empty if nothing was typed.

    Raises:
        PinRequired: something else was typed; no try is counted for it.
    """
    pin = text.strip()
    if pin and not PIN_PATTERN.match(pin):
        raise PinRequired
    return pin


def _look_at_pin(wallet: Wallet, claim: Claim, pin: str) -> bool:
    if pin:
        # Only another try from the same phone can be waited for here.
        with taking_waits_for_running():
            check_pin(wallet.user_id, pin, scope=in_wallet(wallet.session_id))
        return True
    if needs_pin(wallet, claim.charge.amount_minor):
        raise PinRequired
    return False


@retry_clashes
def _capture(
    claim: Claim, running: int, *, with_pin: bool, idempotency_key: str, request_hash: bytes
) -> Payment:
    wallet, charge = claim.wallet, claim.charge
    payment, (outcome, refusal) = _CONFIRM.first_with_extras(
        {
            "payer": wallet.account_id,
            "charge": charge.id,
            "wallet": wallet.id,
            "payment": uuid6.uuid7(),
            "event": uuid6.uuid7(),
            "email": wallet.user.email or "",
            "reference": charge.public_id,
            "with_pin": with_pin,
            "sum_max": settings.NO_PIN_SUM_MAX_MINOR,
            "count_max": settings.NO_PIN_COUNT_MAX,
            "key": idempotency_key,
            "hash": request_hash,
            "running": running,
        }
    )
    if payment is None:
        raise _explain(Outcome(outcome), refusal, charge.id)
    payment.wallet = wallet
    place(payment.charge, charge)
    announce_capture(payment.charge)
    return payment


def _explain(outcome: Outcome, refusal: str, charge_id: UUID) -> Exception:
    match outcome:
        case Outcome.PIN_REQUIRED:
            return PinRequired()
        case Outcome.IDEMPOTENCY_MISMATCH:
            return IdempotencyMismatch()
        case Outcome.TRANSFER_REFUSED:
            return explain_refusal(Result(refusal), charge_id)
    return ChargeNotPayable(Charge.objects.get(pk=charge_id).status_now)


def _repeat(claim: Claim, *, idempotency_key: str, request_hash: bytes) -> Payment:
    related = Payment.objects.select_related(*list_paths("charge__"))
    mine = related.filter(wallet=claim.wallet)
    same_key = find_repeated(mine, key=idempotency_key, request_hash=request_hash)
    payment = same_key or mine.filter(charge_id=claim.charge_id).first()
    if payment is None:
        raise ChargeNotPayable(ChargeStatus.CAPTURED)
    return payment
