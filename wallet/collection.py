"""Collection: a till charges the wallet whose payment code it scanned."""

from collections.abc import Callable

from ledger.errors import InsufficientFunds, TransferRefused
from pos.charges import release_charge
from pos.errors import ChargeClaimedByAnother, ChargeNotPayable
from pos.models import Charge
from pos.principals import Principal
from wallet.claims import claim_charge
from wallet.errors import (
    AmountChanged,
    PinRequired,
    WalletCurrencyMismatch,
    WalletFrozen,
    WalletLimitReached,
)
from wallet.limits import needs_pin
from wallet.models import PaymentCodeUse
from wallet.payment_codes import NewUse, redeem_code
from wallet.payments import confirm_charge, find_payment

# The refusals of a collection by outcome, so that a repeated request gets the same one.
_REFUSALS: dict[type[Exception], tuple[str, Callable[[Charge], Exception]]] = {
    ChargeNotPayable: (
        "charge_not_payable",
        lambda charge: ChargeNotPayable(charge.status_now),
    ),
    ChargeClaimedByAnother: (
        "charge_claimed_by_another",
        lambda _: ChargeClaimedByAnother(),
    ),
    WalletCurrencyMismatch: (
        "currency_mismatch",
        lambda charge: WalletCurrencyMismatch(charge.currency),
    ),
    WalletFrozen: ("wallet_frozen", lambda _: WalletFrozen()),
    # A till learns no figures.
    WalletLimitReached: ("wallet_limit_reached", lambda _: WalletLimitReached()),
    InsufficientFunds: (
        "insufficient_funds",
        lambda charge: InsufficientFunds("insufficient_funds", charge.id),
    ),
    TransferRefused: (
        "transfer_refused",
        lambda charge: TransferRefused("transfer_refused", charge.id),
    ),
}
_AGAIN = dict(_REFUSALS.values())


def collect_charge(principal: Principal, new: NewUse) -> PaymentCodeUse:
    """Use up the code, claim the charge for its wallet, and capture it if no PIN is needed.

    If the PIN is needed, the charge stays claimed for a minute, and the phone asks for it. If
    the money is refused, the charge is open again at once. The same key continues where an
    interrupted first request stopped, and returns its outcome.

    Raises:
        whatever `redeem_code` raises; nothing was claimed then.
        ChargeNotPayable, ChargeClaimedByAnother, WalletCurrencyMismatch, WalletFrozen,
        WalletLimitReached, InsufficientFunds, TransferRefused: nothing was taken, and the code
        is used up.
    """
    use = redeem_code(principal, new)
    if use.outcome in _AGAIN:
        raise _AGAIN[use.outcome](new.charge)
    if use.outcome == "started":
        _finish(use, new.charge)
    return use


def _finish(use: PaymentCodeUse, charge: Charge) -> None:
    try:
        _keep_outcome(use, _take(use, charge))
    except tuple(_REFUSALS) as refusal:
        if find_payment(use.wallet, charge.id) is not None:
            # The first request was interrupted between the capture and recording it.
            _keep_outcome(use, "captured")
            return
        code = next(code for kind, (code, _) in _REFUSALS.items() if isinstance(refusal, kind))
        _keep_outcome(use, code)
        if isinstance(refusal, TransferRefused | WalletFrozen | WalletLimitReached):
            release_charge(charge.id, payer_account_id=use.wallet.account_id)
        if isinstance(refusal, WalletLimitReached):
            raise WalletLimitReached from None
        raise


def _take(use: PaymentCodeUse, charge: Charge) -> str:
    wallet = use.wallet
    # A code pays from the wallet that shows it, and from no other of its owner.
    if wallet.currency != charge.currency:
        raise WalletCurrencyMismatch(charge.currency)
    claim = claim_charge(wallet, charge)
    if needs_pin(wallet, charge.amount_minor):
        return "claimed"
    try:
        confirm_charge(
            wallet,
            claim.id,
            pin="",
            seen_minor=claim.charge.amount_minor,
            # The wallet's own keys cannot equal this one.
            idempotency_key=f"payment code {use.id}",
            request_hash=bytes(use.request_hash),
        )
    except (AmountChanged, PinRequired):
        # The phone asks: for the PIN, or whether the tip is meant that it has chosen since.
        return "claimed"
    return "captured"


def _keep_outcome(use: PaymentCodeUse, outcome: str) -> None:
    use.outcome = outcome
    use.save(update_fields=["outcome"])
