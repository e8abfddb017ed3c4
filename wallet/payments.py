"""Payments: the payer confirms, and the money moves in one transaction."""

from enum import StrEnum
from typing import Any
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
from pos.places import list_columns, list_paths, place, write_joins
from pos.running import taking_waits_for_running, telling_running
from wallet.claims import find_claim
from wallet.errors import AmountChanged, PinRequired, WalletFrozen
from wallet.limits import needs_pin
from wallet.models import Claim, Payment, Wallet
from wallet.tiers import explain_limit
from wallet.tries import REASONS, record_try
from wallet.wallets import ASKED_WALLET, SESSION_HOLDS, SESSION_JOINS, SHOWN_WALLET

_CONFIRM = JoinedRows(
    Payment,
    "charge",
    sql="""
        SELECT {columns}, done.outcome::text, done.refusal::text
          FROM wallet_confirm_charge(
                   payer => %(payer)s, charge_id => %(charge)s, wallet_id => %(wallet)s,
                   payment_id => %(payment)s, event => %(event)s, email => %(email)s,
                   reference => pos_encode_reference('ch', %(charge)s), seen => %(seen)s,
                   pin_was_given => %(with_pin)s, sum_max => %(sum_max)s,
                   count_max => %(count_max)s, key => %(key)s, hash => %(hash)s) done,
               LATERAL (SELECT (done.payment).*) payment,
               LATERAL (SELECT (done.charge).*) charge
    """,
)
# With session, wallet and claim found by the same statement, for the express lane.
# Materialized: nothing may be done before every condition was looked at. The charge is not
# joined: a plan of when there was none would read all that there will be.
_CONFIRM_BY_SESSION = JoinedRows(
    Payment,
    *("charge", *list_paths("charge__")),
    "wallet",
    sql=f"""
        WITH asked AS MATERIALIZED (
            SELECT {ASKED_WALLET}, claim.charge_id,
                   coalesce("user".email, '') AS email
              FROM {SESSION_JOINS}
              JOIN wallet_claim claim ON claim.wallet_id = wallet.id
             WHERE claim.id = %(claim)s AND {SESSION_HOLDS}
               AND (SELECT greatest(charge.amount_minor, %(seen)s) FROM pos_charge charge
                     WHERE charge.id = claim.charge_id) <= %(each_max)s
        ), done AS MATERIALIZED (
            SELECT done.*
              FROM asked, wallet_confirm_charge(
                       payer => asked.account_id, charge_id => asked.charge_id,
                       wallet_id => asked.id, payment_id => %(payment)s, event => %(event)s,
                       email => asked.email,
                       reference => pos_encode_reference('ch', asked.charge_id),
                       seen => %(seen)s,
                       pin_was_given => false, sum_max => %(sum_max)s,
                       count_max => %(count_max)s, key => %(key)s, hash => %(hash)s) done
        )
        SELECT {{columns}}
          FROM done
         CROSS JOIN LATERAL (SELECT (done.payment).*) payment
         CROSS JOIN LATERAL (SELECT (done.charge).*) charge
          {write_joins("charge__")}
          JOIN asked wallet ON wallet.id = payment.wallet_id
    """,  # noqa: S608  the names are ours
    only=list_columns("charge__") | SHOWN_WALLET,
    is_command=True,
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
    WALLET_FROZEN = "wallet_frozen"
    LIMIT_REACHED = "limit_reached"


_PLAIN: dict[Outcome, type[PinRequired | IdempotencyMismatch | WalletFrozen]] = {
    Outcome.PIN_REQUIRED: PinRequired,
    Outcome.IDEMPOTENCY_MISMATCH: IdempotencyMismatch,
    Outcome.WALLET_FROZEN: WalletFrozen,
}


def confirm_charge(
    wallet: Wallet,
    claim_id: UUID,
    *,
    pin: str,
    seen_minor: int | None = None,
    idempotency_key: str,
    request_hash: bytes,
) -> Payment:
    """Pay a claimed charge; confirming again returns the first payment.

    Charge, transfer, settlement line, event, allowance and payment are written together by one
    SQL function (`wallet/sql/confirm_charge.sql`): one statement, and so one transaction. The
    PIN is checked before it, so that a wrong try stays counted.

    `seen_minor` is the amount that the payer was shown. Without it, no tip is paid that was
    chosen on a phone.

    Raises:
        ClaimUnknown: no such claim of this wallet.
        AmountChanged: the amount is not the one that was shown.
        ChargeNotPayable: canceled, expired, the lease is over, or paid by another.
        PinRequired, PinWrong, PinLocked: the PIN is missing, wrong or locked.
        InsufficientFunds: the wallet holds too little.
        WalletFrozen: no money leaves the wallet.
        WalletLimitReached: a limit of its tier would be passed.
        IdempotencyMismatch: the key came with another request before.
        StillRunning: a payment of this charge is still running; its outcome is unknown.
    """
    claim = find_claim(wallet, claim_id)
    if claim.charge.status == ChargeStatus.CAPTURED:
        return _repeat(claim, idempotency_key=idempotency_key, request_hash=request_hash)
    try:
        # A tip may be chosen at this moment: what is paid is the amount that was shown.
        most_minor = max(claim.charge.amount_minor, seen_minor or 0)
        with_pin = _look_at_pin(wallet, claim, pin, amount_minor=most_minor)
        return pay_claim(
            claim,
            with_pin=with_pin,
            seen_minor=seen_minor,
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
    claim: Claim,
    *,
    with_pin: bool,
    seen_minor: int | None,
    idempotency_key: str,
    request_hash: bytes,
) -> Payment:
    """Pay a claim whose PIN was checked, or that needs none; writes nothing if refused.

    Raises:
        ChargeNotPayable, PinRequired, InsufficientFunds, WalletFrozen, WalletLimitReached,
        TransferRefused, IdempotencyMismatch, StillRunning: as `confirm_charge`.
    """
    with telling_running(lambda: claim.charge_id):
        return _capture(
            claim,
            with_pin=with_pin,
            seen_minor=seen_minor,
            idempotency_key=idempotency_key,
            request_hash=request_hash,
        )


def pay_by_session(
    digest: bytes,
    claim_id: UUID,
    *,
    seen_minor: int | None = None,
    idempotency_key: str,
    request_hash: bytes,
) -> Payment | None:
    """Pay a claim without PIN, by the wallet whose session's secret has this digest.

    None: no such session or claim, or refused; `confirm_charge` tells why.

    Raises:
        StillRunning: a payment of this charge is still running; its outcome is unknown.
    """
    with telling_running(
        lambda: Claim.objects.values_list("charge_id", flat=True).get(pk=claim_id)
    ):
        return _capture_by_session(
            digest,
            claim_id,
            seen_minor=seen_minor,
            idempotency_key=idempotency_key,
            request_hash=request_hash,
        )


def hash_confirmation(claim: str, *, seen_minor: int | None = None) -> bytes:
    """Hash a confirmation's meaning: the claim and the amount; the PIN is not part of it."""
    amount = {} if seen_minor is None else {"amount_minor": seen_minor}
    return hash_request("confirm charge", body={"claim": claim, **amount})


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


def _look_at_pin(wallet: Wallet, claim: Claim, pin: str, *, amount_minor: int) -> bool:
    if pin:
        # Only another try from the same phone can be waited for here.
        with taking_waits_for_running():
            check_pin(wallet.user_id, pin, scope=in_wallet(wallet.session_id))
        return True
    if needs_pin(claim.wallet, amount_minor):
        raise PinRequired
    return False


@retry_clashes
def _capture(
    claim: Claim,
    *,
    with_pin: bool,
    seen_minor: int | None,
    idempotency_key: str,
    request_hash: bytes,
) -> Payment:
    wallet, charge = claim.wallet, claim.charge
    payment, (outcome, refusal) = _CONFIRM.first_with_extras(
        {
            "payer": wallet.account_id,
            "charge": charge.id,
            "wallet": wallet.id,
            "email": wallet.user.email or "",
            "with_pin": with_pin,
            "seen": seen_minor,
            **_list_facts(idempotency_key, request_hash),
        }
    )
    if payment is None:
        raise _explain(Outcome(outcome), refusal, claim, seen_minor=seen_minor)
    payment.wallet = wallet
    place(payment.charge, charge)
    announce_capture(payment.charge)
    return payment


@retry_clashes
def _capture_by_session(
    digest: bytes,
    claim_id: UUID,
    *,
    seen_minor: int | None,
    idempotency_key: str,
    request_hash: bytes,
) -> Payment | None:
    payment = _CONFIRM_BY_SESSION.first(
        {
            "digest": digest,
            "claim": claim_id,
            "seen": seen_minor,
            "each_max": settings.NO_PIN_EACH_MAX_MINOR,
            **_list_facts(idempotency_key, request_hash),
        }
    )
    if payment is not None:
        announce_capture(payment.charge)
    return payment


def _list_facts(idempotency_key: str, request_hash: bytes) -> dict[str, Any]:
    return {
        "payment": uuid6.uuid7(),
        "event": uuid6.uuid7(),
        "sum_max": settings.NO_PIN_SUM_MAX_MINOR,
        "count_max": settings.NO_PIN_COUNT_MAX,
        "key": idempotency_key,
        "hash": request_hash,
    }


def _explain(
    outcome: Outcome, refusal: str, claim: Claim, *, seen_minor: int | None
) -> Exception:
    plain = _PLAIN.get(outcome)
    if plain is not None:
        return plain()
    if outcome == Outcome.LIMIT_REACHED:
        return explain_limit(claim.wallet, claim.charge.amount_minor)
    if outcome == Outcome.TRANSFER_REFUSED:
        return explain_refusal(Result(refusal), claim.charge_id)
    truth = Charge.objects.get(pk=claim.charge_id)
    is_held = truth.status_now == ChargeStatus.CLAIMED
    if is_held and truth.payer_account_id == claim.wallet.account_id:
        plain_minor = truth.amount_minor - truth.tip_minor * truth.tip_is_payers
        agreed_minor = plain_minor if seen_minor is None else seen_minor
        if agreed_minor != truth.amount_minor:
            return AmountChanged(truth.amount_minor, truth.currency)
    return ChargeNotPayable(truth.status_now)


def _repeat(claim: Claim, *, idempotency_key: str, request_hash: bytes) -> Payment:
    related = Payment.objects.select_related(*list_paths("charge__"))
    mine = related.filter(wallet=claim.wallet)
    same_key = find_repeated(mine, key=idempotency_key, request_hash=request_hash)
    payment = same_key or mine.filter(charge_id=claim.charge_id).first()
    if payment is None:
        raise ChargeNotPayable(ChargeStatus.CAPTURED)
    payment.wallet = claim.wallet
    return payment
