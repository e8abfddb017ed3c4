"""How much a settlement pays out, and when, and how far that is."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from banking.models import OrderKind
from banking.orders import find_latest
from merchants.models import Merchant, Settlement


def decide_payout(merchant: Merchant, *, net_minor: int) -> int:
    """Return the payout of a net sum, in minor units: all of it, or nothing.

    Less than the merchant's minimum is carried over, as is a sum below zero.
    """
    return net_minor if net_minor >= max(merchant.payout_min_minor, 1) else 0


def find_due_day(merchant: Merchant, *, cut_at: datetime) -> date:
    """Return the day on which a payout of a settlement closed at `cut_at` is due."""
    return (cut_at.astimezone(ZoneInfo(merchant.time_zone)) + timedelta(days=1)).date()


def load_payouts(settlements: Sequence[Settlement]) -> None:
    """Read the last payout order of each settlement, in one query."""
    latest = find_latest(OrderKind.PAYOUT, [settlement.id for settlement in settlements])
    for settlement in settlements:
        settlement.payout_order = latest.get(settlement.id)
