"""Open a charge: the row, its lines and its event by one statement."""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import uuid6
from django.conf import settings

from foundation.model_sql import JoinedRows, list_fields, write_initial
from pos.check_words import draw_check_word
from pos.discounts import Taken
from pos.lines import NewLine
from pos.models import Charge
from pos.places import list_columns, list_paths, write_joins
from pos.principals import Principal
from pos.transitions import OPEN
from qr.links import SHORT_CODES, encode_short_code


@dataclass(frozen=True, slots=True)
class NewCharge:
    """A charge to create; with lines, the server computes the amount itself."""

    amount_minor: int | None
    currency: str
    reference: str
    description: str
    lines: tuple[NewLine, ...]
    idempotency_key: str
    request_hash: bytes
    # Within the amount, where one is named.
    tip_minor: int = 0
    # What was taken off the lines, and the manager's approval of it, if one is needed.
    discounts: tuple[Taken, ...] = ()
    approval: str = ""


@dataclass(frozen=True, slots=True)
class Prices:
    """What a new charge comes to, in minor units; rates and added VAT are of its lines."""

    amount_minor: int
    rates: list[int | None]
    added: list[int]
    vat_is_added: bool


_PLACE = """
    store.id AS store_id, store.merchant_id, store.takings_account_id,
    CASE WHEN store.vat_mode <> 'none' THEN store.vat_default_bps END AS vat_bps
"""
# Store and till are locked as their foreign keys lock them anyway. Closing the store, and
# unpairing or moving the till, waits for that lock: either the charge exists by then and is
# canceled with the others, or it is not opened.
_AT_PRINCIPAL = f"""
    till AS (
        SELECT FROM pos_terminal t
         WHERE t.id = %(terminal_id)s AND t.store_id = %(store_id)s AND t.revoked_at IS NULL
           FOR KEY SHARE
    ), place AS MATERIALIZED (
        SELECT {_PLACE}, %(terminal_id)s::uuid AS terminal_id,
               %(principal_id)s::uuid AS principal_id, %(actor)s::text AS actor
          FROM merchants_store store
         WHERE store.id = %(store_id)s AND store.closed_at IS NULL
           AND (NOT %(is_tills)s OR EXISTS (SELECT FROM till))
           FOR KEY SHARE OF store
    )
"""  # noqa: S608  the names are ours
# Found by a token that no paired device holds.
_AT_TOKEN = f"""
    place AS MATERIALIZED (
        SELECT {_PLACE}, terminal.id AS terminal_id, terminal.id AS principal_id,
               pos_encode_reference('tm', terminal.id) AS actor
          FROM pos_terminaltoken token
          JOIN pos_terminal terminal ON terminal.id = token.terminal_id
          JOIN merchants_store store ON store.id = terminal.store_id
         WHERE token.digest = %(digest)s AND token.revoked_at IS NULL AND NOT token.is_device
           AND terminal.revoked_at IS NULL AND store.closed_at IS NULL
           AND store.currency = %(currency)s
           FOR KEY SHARE OF terminal, store
    )
"""  # noqa: S608  the names are ours
_LINES = """
    , lined AS (
        INSERT INTO pos_chargeline
               (charge_id, position, name, quantity, unit_price_minor, vat_bps, discount_minor,
                note, choices, added_vat_minor)
        SELECT made.id, line.place - 1, line.name, line.quantity, line.price_minor,
               line.vat_bps, line.discount_minor, line.note, line.choices, line.added
          FROM made, unnest(%(names)s::text[], %(quantities)s::int[], %(prices)s::bigint[],
                            %(rates)s::int[], %(discounts)s::bigint[], %(notes)s::text[],
                            %(choices)s::text[], %(added)s::bigint[])
               WITH ORDINALITY line (name, quantity, price_minor, vat_bps, discount_minor,
                                     note, choices, added, place)
    )
"""
_FROM_PLACE = (
    *("merchant_id", "store_id", "terminal_id", "takings_account_id", "principal_id"),
    "vat_bps",
)
_GIVEN = (
    *("id", "token", "receipt_token", "short_code", "check_word", "request_hash"),
    *("currency", "amount_minor", "reference", "description", "cashier_id", "counter_code_id"),
    *("tip_minor", "vat_is_added"),
)
# By the database's clock.
_VALUES = (
    {name: f"place.{name}" for name in _FROM_PLACE}
    | {name: f"%({name})s" for name in _GIVEN}
    | {
        "idempotency_key": "CASE WHEN pos_mark_running(concat(place.principal_id, ' ',"
        " %(idempotency_key)s::text)) THEN %(idempotency_key)s ELSE %(idempotency_key)s END",
        # The capture works it out, by the rule in force by then.
        "fee_minor": "0",
        "created_at": "now()",
        "expires_at": "now() + %(life)s",
    }
)
_COLUMNS = {
    name: _VALUES.get(name) or write_initial(Charge, name) for name in list_fields(Charge)
}


def _write_opening(place: str, *, lines: str = "", joins: str = "") -> str:
    return f"""
    WITH {place}, made AS (
        INSERT INTO pos_charge ({", ".join(_COLUMNS)})
        SELECT {", ".join(_COLUMNS.values())} FROM place
        ON CONFLICT DO NOTHING
        RETURNING *
    ) {lines}
    SELECT {{columns}}
      FROM made charge {joins} CROSS JOIN place,
           relay_record_event(
               event => %(event)s, kind => '{OPEN.event}', feed => charge.merchant_id,
               subject => charge.id, actor => place.actor,
               facts => jsonb_build_object(
                   'version', charge.version, 'amount_minor', charge.amount_minor,
                   'currency', charge.currency))
    """  # noqa: S608  the names are the model's own


_OPEN = JoinedRows(Charge, sql=_write_opening(_AT_PRINCIPAL, lines=_LINES))
_OPEN_BY_TOKEN = JoinedRows(
    Charge,
    *list_paths(),
    sql=_write_opening(_AT_TOKEN, joins=write_joins()),
    only=list_columns(),
    is_command=True,
)


def open_charge(principal: Principal, new: NewCharge, prices: Prices) -> Charge | None:
    """Insert the charge with its lines and its event.

    None: its key or short code is taken, the store is closed, or its till unpaired or moved to
    another store; a charge at a counter code does without the till.

    If the same key comes twice at the same time, the later one waits for the earlier.
    """
    terminal, cashier, code = principal.terminal, principal.cashier, principal.counter_code
    return _OPEN.first(
        {
            "store_id": principal.store.id,
            "terminal_id": terminal and terminal.id,
            "is_tills": terminal is not None and code is None,
            "principal_id": principal.id,
            "actor": principal.actor,
            "names": [line.name for line in new.lines],
            "quantities": [line.quantity for line in new.lines],
            "prices": [line.unit_price_minor for line in new.lines],
            "rates": prices.rates,
            "added": prices.added,
            "discounts": [line.discount_minor for line in new.lines],
            "notes": [line.note for line in new.lines],
            "choices": [line.choices for line in new.lines],
            **_list_facts(new, amount_minor=prices.amount_minor),
            "vat_is_added": prices.vat_is_added,
            "cashier_id": cashier and cashier.id,
            "counter_code_id": code and code.id,
        }
    )


def open_charge_by_token(digest: bytes, new: NewCharge) -> Charge | None:
    """Insert a charge without lines, with its event; `digest` is of an integration's token.

    None: no such token, the store sells in another currency, or as with `open_charge`.
    """
    facts = _list_facts(new, amount_minor=new.amount_minor or 0)
    return _OPEN_BY_TOKEN.first({"digest": digest, **facts})


def draw_short_code() -> str:
    """Draw a random short code; inserting it finds out whether it is taken."""
    return encode_short_code(secrets.randbelow(SHORT_CODES))


def _list_facts(new: NewCharge, *, amount_minor: int) -> Mapping[str, Any]:
    return {
        "id": uuid6.uuid7(),
        "token": uuid.uuid4(),
        "receipt_token": uuid.uuid4(),
        "short_code": draw_short_code(),
        "check_word": draw_check_word(),
        "request_hash": new.request_hash,
        "currency": new.currency,
        "amount_minor": amount_minor,
        "reference": new.reference,
        "description": new.description,
        "tip_minor": new.tip_minor,
        "vat_is_added": False,
        "cashier_id": None,
        "counter_code_id": None,
        "idempotency_key": new.idempotency_key,
        "life": timedelta(seconds=settings.CHARGE_LIFE_S),
        "event": uuid6.uuid7(),
    }
