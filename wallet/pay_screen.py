"""The screen a phone shows for a charge; opening an open charge claims it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from identity.tries import find_lock, in_wallet
from ledger.errors import InsufficientFunds
from ledger.queries import read_available
from pos.errors import ChargeClaimedByAnother, ChargeNotPayable
from pos.models import Charge, ChargeStatus, Refund
from pos.queries import list_refunds
from pos.tips import Offer, list_offers
from wallet.claims import claim_charge
from wallet.errors import WalletCurrencyMismatch, WalletFrozen, WalletLimitReached
from wallet.limits import needs_pin
from wallet.models import Claim, Payment, Wallet
from wallet.payments import find_payment
from wallet.tiers import find_passed
from wallet.tries import record_hindrance


@dataclass(slots=True)
class PayScreen:
    """The content of the pay page; `state` names the screen (docs: ux, B2 to B10)."""

    state: str
    charge: Charge | None
    wallet: Wallet
    error: str = ""
    claim: Claim | None = None
    payment: Payment | None = None
    refunds: list[Refund] = field(default_factory=list)
    receipt_url: str = ""
    balance_minor: int = 0
    balance_after_minor: int = 0
    shortfall_minor: int = 0
    needs_pin: bool = False
    pin_tries_left: int | None = None
    pin_locked_until: datetime | None = None
    idempotency_key: str = ""
    tip_offers: list[Offer] = field(default_factory=list)
    # Whether the phone asks for a tip: the store takes them, and the till named none.
    asks_tip: bool = False
    tip_error: str = ""
    tip_typed: str = ""


def claim_for_page(wallet: Wallet, charge: Charge) -> PayScreen:
    """Claim the charge if possible, and return the screen to show."""
    if charge.status == ChargeStatus.CAPTURED:
        return look_at_captured(wallet, charge)
    error = ""
    try:
        return _ask_to_confirm(wallet, claim_charge(wallet, charge))
    except WalletFrozen:
        state = "frozen"
    except ChargeClaimedByAnother:
        state = "claimed_by_another"
    except WalletCurrencyMismatch as refusal:
        state, error = "other_currency", str(refusal)
    except ChargeNotPayable as refusal:
        state = refusal.status
        if charge.counter_code_id and state == ChargeStatus.CANCELED:
            # Only its payer can cancel the charge of a counter code.
            state = "declined"
    if state == ChargeStatus.CAPTURED:
        return look_at_captured(wallet, charge)
    return PayScreen(state, charge, wallet, error=error)


def look_at_captured(wallet: Wallet, charge: Charge) -> PayScreen:
    """Return the payment's screen for its payer, and "nothing to pay" for anybody else."""
    payment = find_payment(wallet, charge.id)
    if payment is None:
        return PayScreen("already_paid", charge, wallet)
    return PayScreen(
        "paid",
        charge,
        wallet,
        payment=payment,
        refunds=list_refunds(charge),
        receipt_url=charge.receipt_url,
    )


def _ask_to_confirm(wallet: Wallet, claim: Claim) -> PayScreen:
    charge = claim.charge
    balance_minor = read_available(wallet.account_id)
    after_minor = balance_minor - charge.amount_minor
    passed = find_passed(wallet, charge.amount_minor) if after_minor >= 0 else None
    if passed is not None:
        record_hindrance(claim, WalletLimitReached)
        # A tip that is too much may be taken back.
        tips = _ask_for_tip(charge) if charge.tip_minor else {}
        return PayScreen("limit", charge, wallet, claim=claim, error=str(passed), **tips)
    if after_minor < 0:
        # A limit is of no interest to somebody who has not got the money.
        record_hindrance(claim, InsufficientFunds)
    pin_wanted = needs_pin(wallet, charge.amount_minor)
    state = "pin" if pin_wanted else "confirm"
    locked_until = _find_lock(wallet, now=charge.read_at) if pin_wanted else None
    return PayScreen(
        state if after_minor >= 0 else "insufficient",
        charge,
        wallet,
        claim=claim,
        balance_minor=balance_minor,
        balance_after_minor=after_minor,
        shortfall_minor=max(-after_minor, 0),
        needs_pin=pin_wanted,
        pin_locked_until=locked_until,
        idempotency_key=str(uuid4()),
        **_ask_for_tip(charge),
    )


def _ask_for_tip(charge: Charge) -> dict[str, Any]:
    store = charge.store
    is_named = charge.tip_minor and not charge.tip_is_payers
    if not store.asks_tips or is_named or charge.counter_code_id:
        return {}
    return {"asks_tip": True, "tip_offers": list_offers(store, charge.goods_minor)}


def _find_lock(wallet: Wallet, *, now: datetime) -> datetime | None:
    until = find_lock(wallet.user_id, scope=in_wallet(wallet.session_id))
    return until if until is not None and until > now else None
