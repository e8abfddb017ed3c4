"""One conditional UPDATE decides each change of a charge's status.

The event is written by the same statement: no change without its event, no event
without its change. Time is the database's, read at the moment the row is locked
(`clock_timestamp()`), so a request that waited for a lock is judged by when it got it.
"""

from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

import uuid6
from django.conf import settings

from foundation.model_sql import JoinedRows
from pos.models import Charge

_MOVE = """
    WITH moved AS (
        UPDATE pos_charge SET version = version + 1, {changes}
         WHERE id = %(charge)s AND {guard}
        RETURNING *
    ), told AS (
        INSERT INTO relay_event (id, feed, kind, subject, actor, facts, happened_at)
        SELECT %(event)s, merchant_id, %(kind)s, id, %(actor)s,
               jsonb_build_object('version', version), clock_timestamp()
          FROM moved
    )
    SELECT {{columns}} FROM moved charge
"""
_ALIVE = "expires_at > clock_timestamp()"


def release(charge_id: UUID, *, payer_account_id: UUID) -> Charge | None:
    """Claimed to open, by the payer who holds it. None: not this payer's.

    Unless something else is known of this payer, the payer has declined.
    """
    return _move(
        charge_id,
        kind="charge.released",
        changes="status = 'open', lease_until = NULL, claimed_at = NULL,"
        " payer_account_id = NULL, payer_name = '',"
        " refusal = CASE WHEN refused_at >= claimed_at THEN refusal ELSE 'declined' END,"
        " refused_at = clock_timestamp()",
        guard="status = 'claimed' AND payer_account_id = %(payer)s",
        facts={"payer": payer_account_id},
        actor="payer",
    )


def refuse(charge_id: UUID, *, payer_account_id: UUID, refusal: str) -> Charge | None:
    """Note why the payer who holds the charge cannot pay; it stays claimed. None: no news."""
    return _move(
        charge_id,
        kind="charge.refused",
        changes="refusal = %(refusal)s, refused_at = clock_timestamp()",
        guard="status = 'claimed' AND payer_account_id = %(payer)s"
        " AND (refusal <> %(refusal)s OR refused_at < claimed_at)",
        facts={"payer": payer_account_id, "refusal": refusal},
        actor="payer",
    )


def cancel(charge_id: UUID, *, actor: str) -> Charge | None:
    """Open or claimed to canceled. None: it is over already."""
    return _move(
        charge_id,
        kind="charge.canceled",
        changes="status = 'canceled', canceled_at = clock_timestamp()",
        guard=f"status IN ('open', 'claimed') AND {_ALIVE}",
        facts={},
        actor=actor,
    )


def extend(charge_id: UUID, *, actor: str) -> Charge | None:
    """Give an open or claimed charge another life's length, up to two hours from its start."""
    return _move(
        charge_id,
        kind="charge.extended",
        changes="expires_at = least(expires_at + %(life)s, created_at + %(most)s)",
        guard=f"status IN ('open', 'claimed') AND {_ALIVE}"
        " AND created_at + %(most)s > expires_at",
        facts={
            "life": timedelta(seconds=settings.CHARGE_LIFE_S),
            "most": timedelta(seconds=settings.CHARGE_LIFE_MAX_S),
        },
        actor=actor,
    )


def expire(charge_id: UUID) -> Charge | None:
    """Open or claimed to expired once its time is over; the clock has decided already."""
    return _move(
        charge_id,
        kind="charge.expired",
        changes="status = 'expired', expired_at = expires_at",
        guard="status IN ('open', 'claimed') AND expires_at <= clock_timestamp()",
        facts={},
        actor="clock",
    )


def end_lease(charge_id: UUID) -> Charge | None:
    """Claimed to open once the lease is over; the clock has decided already."""
    return _move(
        charge_id,
        kind="charge.released",
        changes="status = 'open', lease_until = NULL, claimed_at = NULL,"
        " payer_account_id = NULL, payer_name = ''",
        guard=f"status = 'claimed' AND lease_until <= clock_timestamp() AND {_ALIVE}",
        facts={},
        actor="clock",
    )


def _move(
    charge_id: UUID, *, kind: str, changes: str, guard: str, facts: dict[str, Any], actor: str
) -> Charge | None:
    return _write_move(changes, guard).first(
        {"charge": charge_id, "event": uuid6.uuid7(), "kind": kind, "actor": actor, **facts}
    )


@cache
def _write_move(changes: str, guard: str) -> JoinedRows[Charge]:
    return JoinedRows(Charge, sql=_MOVE.format(changes=changes, guard=guard))
