"""Failed payments: each try with its reason, which the phone shows."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from foundation.paging import Page, cut_page
from identity.errors import PinLocked, PinWrong
from ledger.errors import InsufficientFunds, TransferRefused
from pos.charges import refuse_charge
from pos.errors import ChargeNotPayable, NotFound
from pos.models import Refusal
from wallet.errors import PinRequired
from wallet.models import TRY_WORDS, Attempt, Claim, Payment, Wallet

PAGE_SIZE = 30
_RECENT = timedelta(days=1)
_RECENT_MAX = 3
REASONS: dict[type[Exception], str] = {
    PinRequired: "pin_required",
    PinWrong: "pin_wrong",
    PinLocked: "pin_locked",
    InsufficientFunds: "insufficient_funds",
    TransferRefused: "transfer_refused",
    ChargeNotPayable: "charge_not_payable",
}
# What the shop may know: that the try is over, or that money is lacking, and no more.
_TOLD = {
    "pin_locked": Refusal.DECLINED,
    "insufficient_funds": Refusal.INSUFFICIENT_FUNDS,
    "transfer_refused": Refusal.DECLINED,
}


def record_try(claim: Claim, refusal: Exception) -> None:
    """Record why a payment was refused, and notify the till; the claim stays as it was."""
    reason = next(name for kind, name in REASONS.items() if isinstance(refusal, kind))
    Attempt.objects.create(claim=claim, reason=reason)
    if reason in _TOLD:
        _tell_shop(claim, reason)


def record_shortfall(claim: Claim) -> None:
    """Record, once, that the wallet holds too little for its claim, and notify the till."""
    reason = REASONS[InsufficientFunds]
    if _tell_shop(claim, reason):
        Attempt.objects.create(claim=claim, reason=reason)


def _tell_shop(claim: Claim, reason: str) -> bool:
    return refuse_charge(
        claim.charge_id, payer_account_id=claim.wallet.account_id, refusal=_TOLD[reason]
    )


def list_recent_tries(wallet: Wallet) -> QuerySet[Attempt]:
    """Return a wallet's last few failed tries of a day, newest first.

    Tries at a charge that the wallet paid in the end are left out.
    """
    unpaid = _list_tries(wallet).exclude(_find_paid(wallet))
    return unpaid.filter(happened_at__gt=Now() - _RECENT)[:_RECENT_MAX]


def page_tries(wallet: Wallet, *, after: str) -> Page[Attempt]:
    """Return one page of a wallet's failed tries, newest first; `is_paid` if paid later.

    Raises:
        NotFound: the cursor is not one of ours.
    """
    tries = _list_tries(wallet).annotate(is_paid=_find_paid(wallet))
    if after:
        if not (after.isascii() and after.isdigit() and len(after) < 19):
            raise NotFound("cursor")
        tries = tries.filter(pk__lt=int(after))
    return cut_page(tries, size=PAGE_SIZE, cursor=lambda attempt: str(attempt.pk))


def _list_tries(wallet: Wallet) -> QuerySet[Attempt]:
    related = Attempt.objects.select_related("claim__charge__store")
    return related.filter(claim__wallet=wallet, reason__in=TRY_WORDS).order_by("-pk")


def _find_paid(wallet: Wallet) -> Exists:
    return Exists(Payment.objects.filter(wallet=wallet, charge=OuterRef("claim__charge")))
