"""Move the instants in rows, so that no test waits for time to pass."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now

from identity.models import Tries
from pos.models import Charge
from tests.owners import as_owner

_MOVE = """
    UPDATE pos_charge
       SET created_at = created_at - by, expires_at = expires_at - by,
           claimed_at = claimed_at - by, lease_until = lease_until - by,
           captured_at = captured_at - by
      FROM make_interval(secs => %s) AS by
     WHERE id = %s
"""
_SWITCH = "ALTER TABLE ledger_transfer {} TRIGGER ledger_transfer_append_only"
_WRITE = "UPDATE pos_charge SET {changes} WHERE id = %s"


def let_pass(charge: Charge, **durations: float) -> None:
    """Make the charge and all that happened to it this much older."""
    with as_owner() as cursor:
        cursor.execute(_MOVE, [timedelta(**durations).total_seconds(), charge.id])
    charge.refresh_from_db()


def date_back(rows: QuerySet[Any], **instants: datetime) -> None:
    """Write other instants into rows that are final once written."""
    with as_owner():
        rows.update(**instants)


def date_back_transfers(rows: QuerySet[Any], *, to: datetime) -> None:
    """Write another instant into transfers, which works only in a test's transaction."""
    with as_owner() as cursor:
        cursor.execute(_SWITCH.format("DISABLE"))
        rows.update(posted_at=to)
        cursor.execute(_SWITCH.format("ENABLE"))


def let_lease_end(charge: Charge) -> None:
    """End a claim while the charge itself can still be paid."""
    _write("lease_until = clock_timestamp() - interval '1 second'", charge)


def let_expire(charge: Charge) -> None:
    """End the charge's time, and with it any lease."""
    _write(
        "expires_at = clock_timestamp() - interval '1 second',"
        " lease_until = least(lease_until, clock_timestamp() - interval '1 second')",
        charge,
    )


def let_near_end(charge: Charge, *, left_s: int) -> None:
    """Leave the charge these few seconds."""
    _write(f"expires_at = clock_timestamp() + interval '{left_s} seconds'", charge)


def let_pin_lock_end(user_id: UUID) -> None:
    """End every lock of a person's PIN."""
    locked = Tries.objects.filter(subject=user_id, locked_until__isnull=False)
    assert locked.update(locked_until=Now() - timedelta(seconds=1)), "there was no lock"


def _write(changes: str, charge: Charge) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_WRITE.format(changes=changes), [charge.id])
    charge.refresh_from_db()
