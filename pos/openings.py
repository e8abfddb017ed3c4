"""Open a charge: the row, its lines and its event by one statement."""

from collections.abc import Sequence
from datetime import timedelta

import uuid6
from django.conf import settings

from foundation.model_sql import JoinedRows, list_fields
from pos.models import Charge, Item
from pos.running import MARK, number_command
from pos.transitions import OPEN


def _write_value(name: str) -> str:
    if name == "idempotency_key":
        return f"CASE WHEN {MARK} THEN %({name})s ELSE %({name})s END"
    return f"%({name})s"


# The time is the database's. Store and till are locked as their foreign keys lock them anyway.
# Closing the store or unpairing the till waits for that lock: either the charge exists by then
# and is canceled with the others, or it is not opened.
_GIVEN = [name for name in list_fields(Charge) if name not in {"created_at", "expires_at"}]
_OPEN = JoinedRows(
    Charge,
    sql=f"""
    WITH store AS (
        SELECT FROM merchants_store s
         WHERE s.id = %(store_id)s AND s.closed_at IS NULL FOR KEY SHARE
    ), till AS (
        SELECT FROM pos_terminal t
         WHERE t.id = %(terminal_id)s AND t.revoked_at IS NULL FOR KEY SHARE
    ), made AS (
        INSERT INTO pos_charge ({", ".join(_GIVEN)}, created_at, expires_at)
        SELECT {", ".join(map(_write_value, _GIVEN))}, now(), now() + %(life)s
         WHERE EXISTS (SELECT FROM store)
           AND (%(is_tills)s = false OR EXISTS (SELECT FROM till))
        ON CONFLICT DO NOTHING
        RETURNING *
    ), lined AS (
        INSERT INTO pos_chargeline (charge_id, position, name, quantity, unit_price_minor)
        SELECT made.id, line.place - 1, line.name, line.quantity, line.price_minor
          FROM made, unnest(%(names)s::text[], %(quantities)s::int[], %(prices)s::bigint[])
               WITH ORDINALITY line (name, quantity, price_minor, place)
    )
    SELECT {{columns}}
      FROM made charge,
           relay_record_event(
               event => %(event)s, kind => '{OPEN.event}', feed => charge.merchant_id,
               subject => charge.id, actor => %(actor)s,
               facts => jsonb_build_object(
                   'version', charge.version, 'amount_minor', charge.amount_minor,
                   'currency', charge.currency))
    """,  # noqa: S608  the names are the model's own
)


def open_charge(
    draft: Charge, lines: Sequence[tuple[Item, int]], *, actor: str
) -> Charge | None:
    """Insert the charge with its lines and its event.

    None: its key or short code is taken, the store is closed, or its till unpaired; a charge
    at a counter code does without the till.

    If the same key comes twice at the same time, the later one waits for the earlier.
    """
    return _OPEN.first(
        {name: getattr(draft, name) for name in _GIVEN}
        | {
            "life": timedelta(seconds=settings.CHARGE_LIFE_S),
            "names": [item.name for item, _ in lines],
            "quantities": [quantity for _, quantity in lines],
            "prices": [item.price_minor for item, _ in lines],
            "is_tills": draft.terminal_id is not None and draft.counter_code_id is None,
            "event": uuid6.uuid7(),
            "actor": actor,
            "running": number_command(draft.principal_id, draft.idempotency_key),
        }
    )
