"""Leases of merchant balances: of many workers one closes it, and a late one writes nothing.

A lease draws the balance's next number (`fence`). Whatever is written under it names that
number, so a worker that was paused beyond its lease, and goes on, finds another one and writes
nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import F

from merchants.models import MerchantBalance

# Longer than the closing of a part of a run; whatever a lost worker left waits so long at most.
LEASE_S = 300
_LEASE = """
    WITH free AS (
        SELECT id FROM merchants_merchantbalance
         WHERE id = ANY(%s) AND (leased_until IS NULL OR leased_until <= clock_timestamp())
         ORDER BY id FOR NO KEY UPDATE {skipping})
    UPDATE merchants_merchantbalance AS balance
       SET fence = fence + 1, leased_until = clock_timestamp() + make_interval(secs => %s)
      FROM free WHERE balance.id = free.id
    RETURNING balance.id, balance.fence, balance.settled_until
"""


@dataclass(frozen=True, slots=True)
class Lease:
    """A balance that this worker alone closes for a while, as it was when it was leased."""

    balance_id: UUID
    fence: int
    settled_until: datetime


def lease_free(balance_ids: Sequence[UUID]) -> dict[UUID, Lease]:
    """Lease those that nobody has leased or locked, by one statement."""
    return _lease(balance_ids, skipping="SKIP LOCKED")


def lease_patiently(balance_id: UUID) -> dict[UUID, Lease]:
    """Lease a balance after whoever locks it, unless somebody has leased it.

    Raises:
        OperationalError: it stays locked for too long; nothing is written.
    """
    return _lease([balance_id], skipping="")


def skip_idle(lease: Lease, *, cut_at: datetime) -> bool:
    """Note that a balance had nothing to settle up to a cut, and end its lease.

    Return whether the lease was still this worker's; else nothing is written.
    """
    mine = MerchantBalance.objects.filter(pk=lease.balance_id, fence=lease.fence)
    idle = mine.filter(settled_until__lt=cut_at)
    return bool(idle.update(settled_until=cut_at, fence=F("fence") + 1, leased_until=None))


def end_lease(lease: Lease) -> None:
    """End a lease under which nothing was written; another one's stays as it is."""
    mine = MerchantBalance.objects.filter(pk=lease.balance_id, fence=lease.fence)
    mine.update(leased_until=None)


def _lease(balance_ids: Sequence[UUID], *, skipping: str) -> dict[UUID, Lease]:
    with connection.cursor() as cursor:
        cursor.execute(_LEASE.format(skipping=skipping), [list(balance_ids), LEASE_S])
        return {row[0]: Lease(*row) for row in cursor.fetchall()}
