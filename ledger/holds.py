"""Money held by pending transfers, and what happens to it at the time-out.

A hold is made by posting a `NewPending` and ended by posting a `PendingPost` or a `PendingVoid`
(`ledger/transfers.py`). Its time-out is compared with the database's clock whenever it matters,
so the sweep here only tidies up.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now

from ledger.models import Hold
from ledger.posting import post_transfers
from ledger.results import Result
from ledger.transactions import in_one_transaction
from ledger.transfers import PendingExpiry

_SWEPT_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class OpenHold:
    """Money on hold; `expires_at` is None when the hold has no time-out."""

    pending_id: UUID
    debit_account_id: UUID
    credit_account_id: UUID
    amount_minor: int
    expires_at: datetime | None


def list_holds(account_id: UUID) -> list[OpenHold]:
    """List the holds on either side of an account that have not timed out."""
    rows = Hold.objects.filter(
        models.Q(debit_account=account_id) | models.Q(credit_account=account_id),
        models.Q(expires_at__isnull=True) | models.Q(expires_at__gt=Now()),
    )
    return [
        OpenHold(
            pending_id=row.pending_id,
            debit_account_id=row.debit_account_id,
            credit_account_id=row.credit_account_id,
            amount_minor=row.amount_minor,
            expires_at=row.expires_at,
        )
        for row in rows.order_by("pending_id")
    ]


def expire_overdue_holds() -> int:
    """Expire all holds that have timed out, a thousand per transaction; return how many.

    Safe to run twice, and at the same time as anything: a hold ends once.
    """
    expired = 0
    while swept := _expire_some():
        expired += swept
    return expired


@in_one_transaction
def _expire_some() -> int:
    overdue = Hold.objects.filter(expires_at__lte=Now()).order_by("expires_at")
    pending_ids = overdue.values_list("pending_id", flat=True)[:_SWEPT_AT_ONCE]
    ends = [PendingExpiry(uuid6.uuid7(), pending_id) for pending_id in pending_ids]
    return post_transfers(ends).count(Result.CREATED)
