"""Change a charge as `pos/transitions.py` says: one conditional UPDATE, and the event with it.

No change without its event, no event without its change. The time is the database's at the
moment the row is locked (`clock_timestamp()`), so a request that waited for the lock is judged
by when it got it.
"""

from functools import cache
from typing import Any
from uuid import UUID

import uuid6

from foundation.model_sql import JoinedRows
from pos.models import Charge
from pos.transitions import Transition

_MOVE = """
    WITH moved AS (
        UPDATE pos_charge SET version = version + 1, {changes}
         WHERE id = %(charge)s AND {guard}
        RETURNING *
    )
    SELECT {{columns}}
      FROM moved charge,
           relay_record_event(
               event => %(event)s, kind => %(kind)s, feed => charge.merchant_id,
               subject => charge.id, actor => %(actor)s,
               facts => jsonb_build_object('version', charge.version{facts}))
"""


def move(transition: Transition, charge_id: UUID, *, actor: str, **facts: Any) -> Charge | None:
    """Make the transition if its guard holds; return the changed charge, or None.

    `facts` are the values that guard and changes name. Must run inside a transaction if pages
    are notified.
    """
    values = {"charge": charge_id, "event": uuid6.uuid7(), "kind": transition.event}
    return _write_move(transition).first(values | {"actor": actor} | facts)


@cache
def _write_move(transition: Transition) -> JoinedRows[Charge]:
    sql = _MOVE.format(
        changes=transition.changes, guard=transition.write_guard(), facts=transition.facts
    )
    return JoinedRows(Charge, sql=sql)
