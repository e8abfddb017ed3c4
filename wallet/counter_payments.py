"""Payments at counter codes: the payer types the amount, up to a cap for each shop day."""

from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from ledger.transactions import in_one_transaction
from merchants.queries import find_last_midnight
from pos.charges import find_created
from pos.counter_codes import open_counter_charge
from pos.models import Charge, ChargeStatus, CounterCode
from pos.principals import act_for_payer
from pos.transitions import when_alive
from wallet.claims import claim_charge
from wallet.currencies import find_in
from wallet.errors import CounterLimitReached, WalletCurrencyMismatch, WalletFrozen
from wallet.models import Claim, Wallet


@in_one_transaction
def claim_counter_code(
    wallet: Wallet, code: CounterCode, *, amount_minor: int, key: str, request_hash: bytes
) -> Claim:
    """Open a charge of the typed amount at a counter code and claim it, both or neither.

    Locks the wallet, so that the later of two simultaneous requests sees what the earlier has
    spent. The same key with the same request claims the same charge again.

    Raises:
        WalletFrozen: no money leaves the wallet.
        WalletCurrencyMismatch: no wallet of the person holds its currency.
        CounterLimitReached: more than is left of this day.
        CounterCodeRevoked, StoreClosed: the code is revoked, or the store closed.
        ChargeNotPayable: the key's charge is over.
        IdempotencyMismatch: the key came with another request before.
    """
    wallet = find_in(wallet, code.currency)
    if wallet.frozen_at is not None:
        raise WalletFrozen
    if wallet.currency != code.currency:
        raise WalletCurrencyMismatch(code.currency)
    Wallet.objects.select_for_update(no_key=True).get(pk=wallet.pk)
    principal = act_for_payer(code, wallet.id)
    charge = find_created(principal, key=key, request_hash=request_hash)
    if charge is None:
        left_minor = measure_left(wallet, code)
        if amount_minor > left_minor:
            raise CounterLimitReached(left_minor, code.currency)
        charge = open_counter_charge(
            code,
            wallet_id=wallet.id,
            amount_minor=amount_minor,
            key=key,
            request_hash=request_hash,
        )
    return claim_charge(wallet, charge)


def find_opened_charge(wallet: Wallet, key: str) -> Charge | None:
    """Find the charge that this wallet has opened at a counter code under this key."""
    return _list_opened(wallet.id).filter(idempotency_key=key).first()


def find_begun(wallet: Wallet) -> Charge | None:
    """Find this wallet's newest charge at a counter code that can still be paid.

    It counts against the cap until it is paid, declined or expired.
    """
    begun = _list_opened(wallet.id).filter(when_alive(_read_clock()))
    return begun.select_related("store").order_by("-id").first()


def measure_left(wallet: Wallet, code: CounterCode) -> int:
    """Return how much this wallet may still pay today by the code, in minor units.

    Its payments today by any counter code count, and its open charges; the day is the shop's.
    Refunds do not raise it again.
    """
    return max(0, code.cap_minor - _sum_today(wallet.id, code))


def _sum_today(wallet_id: UUID, code: CounterCode) -> int:
    now = _read_clock()
    spent = _list_opened(wallet_id).filter(
        Q(status=ChargeStatus.CAPTURED) | when_alive(now),
        created_at__gte=find_last_midnight(code.store.time_zone, now=now),
    )
    return int(spent.aggregate(sum=Coalesce(Sum("amount_minor"), 0))["sum"])


def _list_opened(wallet_id: UUID) -> QuerySet[Charge]:
    # For charges at counter codes, the payer's wallet is the owner.
    return Charge.objects.filter(principal_id=wallet_id, counter_code__isnull=False)


def _read_clock() -> datetime:
    # The database's, at the beginning of the transaction: a charge opened in it has the same
    # instant, so that around midnight both count for the same day.
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        now: datetime = cursor.fetchone()[0]
    return now
