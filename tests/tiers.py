"""Limits of wallets, and payments of another day, for tests."""

from datetime import timedelta
from uuid import UUID

from tests.owners import as_owner
from wallet.models import Payment, Tier, TierLimit

_COLUMNS = ("balance", "paid_day", "paid_year", "paid_ever", "redeemed_day")


def allow(tier: Tier = Tier.CHECKED, /, **most: int) -> None:
    """Allow a tier just this in euro cents, until the test's transaction ends."""
    limits = {f"{kind}_max_minor": most.pop(kind, None) for kind in _COLUMNS}
    assert not most, "no such limit"
    with as_owner():
        TierLimit.objects.filter(tier=tier, currency="EUR").update(**limits)


def make_older(payment: Payment, by: timedelta) -> Payment:
    """Make a payment this much older: its id, by which it is found, and its instant."""
    number = int(payment.pk) - (int(by.total_seconds() * 1000) << 80)
    with as_owner() as cursor:
        cursor.execute(
            "UPDATE wallet_payment SET id = %s, confirmed_at = %s WHERE id = %s",
            [UUID(int=number), payment.confirmed_at - by, payment.pk],
        )
    return Payment.objects.get(pk=UUID(int=number))
