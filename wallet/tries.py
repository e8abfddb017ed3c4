"""Failed payments: each try with its reason, which the phone shows."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, QuerySet

from foundation.model_sql import JoinedRows
from foundation.paging import Page, cut_page
from identity.errors import PinLocked, PinWrong
from ledger.errors import InsufficientFunds, TransferRefused
from pos.charges import refuse_charge
from pos.errors import ChargeNotPayable, NotFound
from pos.models import Refusal
from pos.places import list_paths, write_joins
from wallet.errors import PinRequired, WalletFrozen, WalletLimitReached
from wallet.models import TRY_WORDS, Attempt, Claim, Payment, Wallet

PAGE_SIZE = 30
_RECENT_FOR = timedelta(days=1)
_RECENT_MAX = 3
_RECENT = JoinedRows(
    Attempt,
    "claim",
    "claim__charge",
    *list_paths("claim__charge__"),
    sql=f"""
        SELECT {{columns}}
          FROM wallet_attempt attempt
          JOIN wallet_claim claim ON claim.id = attempt.claim_id
          JOIN pos_charge claim__charge ON claim__charge.id = claim.charge_id
          {write_joins("claim__charge__", charge="claim__charge")}
         WHERE claim.wallet_id = %s AND attempt.reason = ANY (%s)
           AND attempt.happened_at > now() - %s
           AND NOT EXISTS (
               SELECT FROM wallet_payment paid
                WHERE paid.charge_id = claim.charge_id AND paid.wallet_id = claim.wallet_id)
         ORDER BY attempt.id DESC LIMIT %s
    """,  # noqa: S608  the names are ours
)
REASONS: dict[type[Exception], str] = {
    PinRequired: "pin_required",
    PinWrong: "pin_wrong",
    PinLocked: "pin_locked",
    WalletFrozen: "wallet_frozen",
    WalletLimitReached: "wallet_limit_reached",
    InsufficientFunds: "insufficient_funds",
    TransferRefused: "transfer_refused",
    ChargeNotPayable: "charge_not_payable",
}
# What the shop may know: that the try is over, or that money is lacking, and no more.
_TOLD = {
    "pin_locked": Refusal.DECLINED,
    "wallet_frozen": Refusal.DECLINED,
    "wallet_limit_reached": Refusal.DECLINED,
    "insufficient_funds": Refusal.INSUFFICIENT_FUNDS,
    "transfer_refused": Refusal.DECLINED,
}


def record_try(claim: Claim, refusal: Exception) -> None:
    """Record why a payment was refused, and notify the till; the claim stays as it was."""
    reason = next(name for kind, name in REASONS.items() if isinstance(refusal, kind))
    Attempt.objects.create(claim=claim, reason=reason)
    if reason in _TOLD:
        _tell_shop(claim, reason)


def record_hindrance(claim: Claim, kind: type[Exception]) -> None:
    """Record, once, why the wallet cannot pay its claim, and notify the till."""
    reason = REASONS[kind]
    if _tell_shop(claim, reason):
        Attempt.objects.create(claim=claim, reason=reason)


def _tell_shop(claim: Claim, reason: str) -> bool:
    return refuse_charge(
        claim.charge_id, payer_account_id=claim.wallet.account_id, refusal=_TOLD[reason]
    )


def list_recent_tries(wallet: Wallet) -> list[Attempt]:
    """Return a wallet's last few failed tries of a day, newest first.

    Tries at a charge that the wallet paid in the end are left out.
    """
    return _RECENT.list([wallet.id, list(TRY_WORDS), _RECENT_FOR, _RECENT_MAX])


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
