"""How much a settlement pays out, and when, and how far that is."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from banking.models import OrderKind
from banking.orders import find_latest
from foundation.sums import find_sum
from merchants.models import Merchant, PayoutHold, Settlement
from merchants.timetables import Timetable


def decide_payout(merchant: Merchant, *, net_minor: int, currency: str) -> int:
    """Return the payout of a net sum, in minor units: all of it, or nothing.

    Less than the smallest payout is carried over, as is a sum below zero.
    """
    return net_minor if net_minor >= find_minimum(merchant, currency) else 0


def find_minimum(merchant: Merchant, currency: str) -> int:
    """Return the smallest payout in minor units: the merchant's, or the installation's."""
    ours_minor = find_sum(settings.PAYOUT_MIN_MINOR, currency)
    return max(merchant.payout_min_minor, ours_minor, 1)


def find_due_day(merchant: Merchant, *, cut_at: datetime) -> date:
    """Return the day on which a payout of a settlement closed at `cut_at` is due.

    It is one on which banks settle, by the merchant's timetable.
    """
    return Timetable.of(merchant).find_due_day(cut_at)


def load_payouts(settlements: Sequence[Settlement]) -> None:
    """Read the last payout order of each settlement, and the hold on its merchant's payouts.

    Two queries, however many they are.
    """
    latest = find_latest(OrderKind.PAYOUT, [settlement.id for settlement in settlements])
    balances = {settlement.balance_id for settlement in settlements}
    held = list_in_force().filter(merchant__balances__in=balances)
    holds = {
        each.of_balance: each for each in held.annotate(of_balance=F("merchant__balances"))
    }
    for settlement in settlements:
        settlement.payout_order = latest.get(settlement.id)
        settlement.payout_hold = holds.get(settlement.balance_id)


def list_in_force() -> QuerySet[PayoutHold]:
    """List the holds that are in force, the one that ends last at the end."""
    return PayoutHold.objects.filter(lifted_at=None, ends_at__gt=Now()).order_by(
        "ends_at", "id"
    )


def find_hold(merchant_id: UUID) -> PayoutHold | None:
    """Return the hold on a merchant's payouts that ends last, if one is in force."""
    return list_in_force().filter(merchant_id=merchant_id).last()
