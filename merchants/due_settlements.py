"""Close every settlement that is due: by one worker, or in parts by several.

Each balance is closed under a lease (`merchants/leases.py`), small ones of a part together and
others in a transaction of their own, so a round may end anywhere, run twice, and run beside
another.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError

from merchants.closing_together import Cut, close_together
from merchants.errors import CutInFuture, LeaseLost, NothingToSettle
from merchants.leases import Lease, end_lease, lease_free, lease_patiently, skip_idle
from merchants.models import MerchantBalance, Settlement
from merchants.queries import read_clock
from merchants.settlement import close_settlement
from merchants.timetables import Timetable
from relay.jobs import enqueue_part

logger = logging.getLogger(__name__)

# So many are leased at once, and make one job.
PART = 50
_TOGETHER_MIN = 2


def close_due_settlements() -> list[Settlement]:
    """Close every balance up to its last cut; safe to run twice and at any time.

    A balance that cannot be closed is logged and left as it was for the next round.
    """
    closed: list[Settlement] = []
    for part in _list_parts():
        closed += close_part(part)
    return closed


def share_due_settlements() -> None:
    """Close what is due here if it is one part; else queue each part for whoever is free.

    A part that is lost is due in the next round, and so is one that came twice, unless it was
    closed.
    """
    parts = _list_parts()
    if len(parts) == 1:
        close_part(parts[0])
        return
    for part in parts:
        enqueue_part("merchants.close_part", [str(balance_id) for balance_id in part])


def close_part(balance_ids: Sequence[UUID]) -> list[Settlement]:
    """Close those of some balances that are due and that no other worker has leased."""
    cuts = _find_due(balance_ids)
    leases = lease_free(list(cuts)) if cuts else {}
    done = _close_small(leases, cuts)
    closed = [settlement for settlement in done.values() if settlement is not None]
    for balance_id, cut_at in cuts.items():
        if balance_id in done:
            continue
        try:
            if balance_id not in leases:
                leases |= lease_patiently(balance_id)
            if balance_id in leases:
                closed += _close(leases[balance_id], cut_at=cut_at)
        except Exception:
            # A fault in one merchant's balance must not keep the others from their money.
            logger.exception("MerchantBalance %s was not settled.", balance_id)
            _give_back(leases.get(balance_id))
    return closed


def _list_parts() -> list[list[UUID]]:
    due = list(_find_due(None))
    return [due[at : at + PART] for at in range(0, len(due), PART)]


def _find_due(balance_ids: Sequence[UUID] | None) -> dict[UUID, datetime]:
    now, due = read_clock(), dict[UUID, datetime]()
    balances = MerchantBalance.objects.select_related("merchant").order_by("id")
    if balance_ids is not None:
        balances = balances.filter(pk__in=balance_ids)
    for balance in balances:
        try:
            cut_at = _find_cut(balance, now=now)
        except Exception:
            logger.exception("MerchantBalance %s was not settled.", balance.id)
            continue
        if balance.settled_until < cut_at:
            due[balance.id] = cut_at
    return due


def _find_cut(balance: MerchantBalance, *, now: datetime) -> datetime:
    if balance.settled_until > now:
        raise CutInFuture(balance.settled_until, now=now)
    return Timetable.of(balance.merchant).find_last_cut(now)


def _close_small(
    leases: Mapping[UUID, Lease], cuts: Mapping[UUID, datetime]
) -> dict[UUID, Settlement | None]:
    due = {
        balance_id: Cut(lease, cuts[balance_id])
        for balance_id, lease in leases.items()
        if lease.settled_until < cuts[balance_id]
    }
    if len(due) < _TOGETHER_MIN:
        return {}
    try:
        return close_together(due)
    except Exception:
        # One of them has a fault, which is found when each is closed alone.
        logger.info("%s balances are closed one by one.", len(due), exc_info=True)
        return {}


def _close(lease: Lease, *, cut_at: datetime) -> list[Settlement]:
    if lease.settled_until >= cut_at:
        # Another worker closed it before it was leased here.
        end_lease(lease)
        return []
    try:
        return [close_settlement(lease.balance_id, cut_at=cut_at, fence=lease.fence)]
    except NothingToSettle:
        skip_idle(lease, cut_at=cut_at)
    except LeaseLost:
        logger.info("MerchantBalance %s was closed by another worker.", lease.balance_id)
    return []


def _give_back(lease: Lease | None) -> None:
    if lease is None:
        return
    try:
        end_lease(lease)
    except DatabaseError as failure:
        logger.warning("The lease of %s lasts to its end: %s", lease.balance_id, failure)
