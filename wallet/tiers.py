"""What a wallet's tier allows, how much of it is used, and why a payment passes it.

`wallet/sql/confirm_charge.sql` decides about payments; these are the same figures, for people.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext

from banking.models import Order, OrderKind, OrderStatus
from foundation.postgresql.arrays import Uuids
from foundation.templatetags.moments import write_moment
from ledger.queries import read_balance
from ledger.templatetags.money import money_of
from wallet.errors import OwnLimitReached, RedemptionLimitReached, WalletLimitReached
from wallet.models import Payment, Tier, TierLimit, Wallet
from wallet.tier_table import KINDS

_DAY, _YEAR = timedelta(days=1), timedelta(days=365)
_MINUTE = timedelta(minutes=1)
_SPANS = {"paid_day": _DAY, "paid_year": _YEAR, "paid_ever": None}
# The money of these never left the wallet, or came back.
_CAME_BACK = [OrderStatus.REFUSED, OrderStatus.RETURNED, OrderStatus.CANCELED]
_PAID = """
    SELECT w.paid_minor,
           w.paid_minor - wallet_sum_paid_before(wallet_id => w.id, span => '1 day'),
           w.paid_minor - wallet_sum_paid_before(wallet_id => w.id, span => '365 days')
      FROM wallet_wallet w WHERE w.id = %s
"""
# A payment that leaves at the same moment waits, and one that was made is seen afterwards.
_LOCK = """
    SELECT count(*) FROM (SELECT FROM wallet_wallet WHERE account_id = ANY (%s)
                           ORDER BY id FOR NO KEY UPDATE) locked
"""
# A statement of its own: one that waited while the tier changed would find no limit at all.
_ROOMS = """
    SELECT w.account_id, greatest(l.balance_max_minor - a.balance_minor, 0)
      FROM wallet_wallet w
      JOIN wallet_tierlimit l ON l.tier = w.tier AND l.currency = w.currency
      JOIN ledger_account a ON a.id = w.account_id
     WHERE w.account_id = ANY (%s) AND l.balance_max_minor IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Usage:
    """A limit and how much of it is used, in minor units."""

    kind: str
    most_minor: int
    used_minor: int
    currency: str

    @property
    def left_minor(self) -> int:
        """Return what is left of it; never less than nothing."""
        return max(0, self.most_minor - self.used_minor)

    @property
    def percent(self) -> int:
        """Return how much of it is used, of a hundred."""
        return min(100, self.used_minor * 100 // self.most_minor) if self.most_minor else 100


def find_limits(wallet: Wallet) -> TierLimit:
    """Return what the wallet's tier allows in its currency."""
    return TierLimit.objects.get(tier=wallet.tier, currency=wallet.currency)


def find_next(tier: str) -> Tier | None:
    """Return the next higher tier; None above the highest."""
    tiers = list(Tier)
    place = tiers.index(Tier(tier)) + 1
    return tiers[place] if place < len(tiers) else None


def measure_usage(wallet: Wallet) -> list[Usage]:
    """Return each limit that the wallet has, and how much of it is used now."""
    most = find_limits(wallet)
    used = {
        "balance": read_balance(wallet.account_id),
        **_measure_paid(wallet),
        "redeemed_day": _sum_redeemed(wallet),
    }
    limits = {kind: getattr(most, f"{kind}_max_minor") for kind in KINDS}
    return [
        Usage(kind, limit, used[kind], wallet.currency)
        for kind, limit in limits.items()
        if limit is not None
    ]


def list_next_limits(wallet: Wallet, tier: Tier) -> list[Usage]:
    """Return the limits that the wallet would have in this tier, none of them used."""
    most = TierLimit.objects.get(tier=tier, currency=wallet.currency)
    limits = {kind: getattr(most, f"{kind}_max_minor") for kind in KINDS}
    return [
        Usage(kind, limit, 0, wallet.currency)
        for kind, limit in limits.items()
        if limit is not None
    ]


def find_passed(wallet: Wallet, amount_minor: int) -> OwnLimitReached | None:
    """Return why a payment of this amount would be refused for a limit; None if it would not.

    Only for people to read: whether it is paid is decided when it is confirmed.
    """
    most, used = find_limits(wallet), _measure_paid(wallet)
    for kind in reversed(_SPANS):
        limit = getattr(most, f"{kind}_max_minor")
        if limit is not None and used[kind] + amount_minor > limit:
            usage = Usage(kind, limit, used[kind], wallet.currency)
            return _explain(wallet, usage, amount_minor)
    return None


def explain_limit(wallet: Wallet, amount_minor: int) -> WalletLimitReached:
    """Return why a payment was refused for a limit."""
    wallet.refresh_from_db(fields=["tier"])
    try:
        passed = find_passed(wallet, amount_minor)
    except TierLimit.DoesNotExist:
        passed = None
    # It may have gone by meanwhile.
    return passed or OwnLimitReached(str(WalletLimitReached()), left_minor=0, fits_at="")


def check_redemption(wallet: Wallet, amount_minor: int, *, request_id: UUID) -> None:
    """Refuse a redemption that passes the wallet's limit of a day; the wallet is locked.

    Raises:
        RedemptionLimitReached: nothing was held.
    """
    limit = find_limits(wallet).redeemed_day_max_minor
    if limit is None:
        return
    used = Usage("redeemed_day", limit, _sum_redeemed(wallet, but=request_id), wallet.currency)
    if amount_minor > used.left_minor:
        raise RedemptionLimitReached(limit, used.left_minor, wallet.currency)


def measure_rooms(account_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return how much more each of these wallets may hold; those without a limit are left out.

    Locks their rows until the caller's transaction ends, so that nobody fills the same room.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [Uuids(account_ids)])
        cursor.execute(_ROOMS, [Uuids(account_ids)])
        return dict(cursor.fetchall())


def _measure_paid(wallet: Wallet) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_PAID, [wallet.id])
        ever, day, year = cursor.fetchone()
    return {"paid_day": day, "paid_year": year, "paid_ever": ever}


def _sum_redeemed(wallet: Wallet, *, but: UUID | None = None) -> int:
    lately = _list_redeemed(wallet).filter(created_at__gt=Now() - _DAY)
    if but is not None:
        # The same form, sent again, asks for nothing more.
        lately = lately.exclude(subject=but)
    return int(lately.aggregate(sum=Coalesce(Sum("amount_minor"), 0))["sum"])


def _list_redeemed(wallet: Wallet) -> QuerySet[Order]:
    mine = Q(kind=OrderKind.REDEMPTION, source_account_id=wallet.account_id)
    return Order.objects.filter(mine).exclude(status__in=_CAME_BACK)


def _explain(wallet: Wallet, usage: Usage, amount_minor: int) -> OwnLimitReached:
    words = {
        "paid_day": gettext(
            "Your wallet pays up to %(most)s in 24 hours, and %(left)s of it is left. Nothing"
            " was taken."
        ),
        "paid_year": gettext(
            "Your wallet pays up to %(most)s in 365 days, and %(left)s of it is left. Nothing"
            " was taken."
        ),
        "paid_ever": gettext(
            "Your wallet pays up to %(most)s in all, and %(left)s of it is left. Nothing was"
            " taken."
        ),
    }[usage.kind]
    figures = {
        "most": money_of(usage.most_minor, usage.currency),
        "left": money_of(usage.left_minor, usage.currency),
    }
    sentences = [words % figures]
    fits_at = _find_end(wallet, usage, amount_minor)
    if fits_at is not None:
        when = write_moment(timezone.localtime(fits_at), "j M Y, H:i")
        sentences.append(gettext("From %(time)s on this amount fits again.") % {"time": when})
    sentences.append(gettext("Your page “Your limits” says how to raise it."))
    return OwnLimitReached(
        " ".join(sentences),
        left_minor=usage.left_minor,
        fits_at="" if fits_at is None else fits_at.isoformat(),
    )


def _find_end(wallet: Wallet, usage: Usage, amount_minor: int) -> datetime | None:
    """Return the whole minute from which on the amount fits; None if it never does."""
    span = _SPANS[usage.kind]
    if span is None or amount_minor > usage.most_minor:
        return None
    wallet.refresh_from_db(fields=["paid_minor"])
    # When this payment is too long ago to count, and all before it, the rest leaves room.
    enough = wallet.paid_minor + amount_minor - usage.most_minor
    counted = Payment.objects.filter(wallet=wallet, paid_total_minor__gte=enough)
    last = counted.order_by("id").values_list("confirmed_at", flat=True).first()
    if last is None:
        return None
    return (last + span + _MINUTE).replace(second=0, microsecond=0)
