"""The lines of the next settlement: one for each sale and each refund."""

from typing import Any
from uuid import UUID

from django.db import connection

from merchants.models import SettlementLine

_RECORD = """
    SELECT merchants_record_line(
        line => %(line)s, kind => %(kind)s, charge => %(charge)s, merchant => %(merchant)s,
        store => %(store)s, currency => %(currency)s, amount => %(amount)s, fee => %(fee)s,
        tip => %(tip)s,
        is_receivable => %(is_receivable)s, short_code => %(short_code)s,
        reference => %(reference)s, at => %(at)s)
"""


def record_line(draft: SettlementLine, *, merchant_id: UUID, currency: str) -> None:
    """Add the line to its merchant's next settlement in the currency.

    A sale's line is written by its capture, through the same SQL function.
    """
    values: dict[str, Any] = {
        "line": draft.id,
        "kind": draft.kind,
        "charge": draft.charge_id,
        "merchant": merchant_id,
        "store": draft.store_id,
        "currency": currency,
        "amount": draft.amount_minor,
        "fee": draft.fee_minor,
        "tip": draft.tip_minor,
        "is_receivable": draft.is_receivable,
        "short_code": draft.short_code,
        "reference": draft.reference,
        "at": draft.at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, values)
