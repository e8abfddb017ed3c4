"""Payments at printed codes: the payer types the amount, up to so much in a day of the shop."""

from uuid import UUID

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from ledger.transactions import in_one_transaction
from merchants.queries import find_last_cut
from pos.callers import call_from_payer
from pos.charges import find_created
from pos.models import Charge, ChargeStatus, StaticCode
from pos.static_codes import open_static_charge
from wallet.claims import claim_charge
from wallet.errors import StaticLimitReached, WalletCurrencyMismatch
from wallet.models import Claim, Wallet


@in_one_transaction
def claim_static_code(
    wallet: Wallet, code: StaticCode, *, amount_minor: int, key: str, request_hash: bytes
) -> Claim:
    """Open a charge of the typed amount at a printed code and claim it, both or neither.

    Locks the wallet, so that of two requests at the same moment the later one sees what the
    earlier has spent. The same key with the same request claims the same charge again.

    Raises:
        WalletCurrencyMismatch: the wallet holds another currency.
        StaticLimitReached: more than is left of this day.
        StaticCodeRevoked, StoreClosed: nobody pays by this code, or here.
        ChargeNotPayable: the key's charge is over.
        IdempotencyMismatch: the key came with another request before.
    """
    if wallet.currency != code.currency:
        raise WalletCurrencyMismatch(code.currency)
    Wallet.objects.select_for_update(no_key=True).get(pk=wallet.pk)
    caller = call_from_payer(code, wallet.id)
    charge = find_created(caller, key=key, request_hash=request_hash)
    if charge is None:
        left_minor = measure_left(wallet, code)
        if amount_minor > left_minor:
            raise StaticLimitReached(left_minor, code.currency)
        charge = open_static_charge(
            code,
            payer_id=wallet.id,
            amount_minor=amount_minor,
            key=key,
            request_hash=request_hash,
        )
    return claim_charge(wallet, charge)


def find_opened_charge(wallet: Wallet, key: str) -> Charge | None:
    """Find the charge that this wallet has opened at a printed code under this key."""
    return Charge.objects.filter(
        owner_id=wallet.id, static_code__isnull=False, idempotency_key=key
    ).first()


def measure_left(wallet: Wallet, code: StaticCode) -> int:
    """Give what this wallet may still pay today by the code, in minor units.

    Whatever it has paid today by any printed code counts, and what it is about to; the day
    is the shop's. A refund gives nothing back of it.
    """
    return max(0, code.cap_minor - _sum_today(wallet.id, code))


def _sum_today(wallet_id: UUID, code: StaticCode) -> int:
    now = timezone.now()
    alive = Q(captured_at=None, canceled_at=None, expired_at=None, expires_at__gt=now)
    spent = Charge.objects.filter(
        Q(status=ChargeStatus.CAPTURED) | alive,
        # The payer owns the keys of the charges that were opened at printed codes.
        owner_id=wallet_id,
        static_code__isnull=False,
        created_at__gte=find_last_cut(code.store.time_zone, now=now),
    ).aggregate(sum=Coalesce(Sum("amount_minor"), 0))
    return int(spent["sum"])
