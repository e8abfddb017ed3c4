"""The hash of a till's closing: over all it says, its sums, and the hash of the one before.

The text is a JSON array, as both Python and PostgreSQL's `jsonb` write it; `check_books` writes
it anew from the rows (`pos/invariants_closings.py`).
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256

from pos.models import CashCount, Closing, ClosingSum

FORMAT = "tessera-closing-1"
NO_HASH = "0" * 64


def hash_closing(
    closing: Closing, sums: Iterable[ClosingSum], counts: Iterable[CashCount]
) -> str:
    """Return the SHA-256 of a closing's text, in hexadecimal."""
    return sha256(write_text(closing, sums, counts).encode()).hexdigest()


def write_text(
    closing: Closing, sums: Iterable[ClosingSum], counts: Iterable[CashCount]
) -> str:
    """Write what is hashed: `docs/closings.md` names each place."""
    lines = sorted(sums, key=lambda each: (each.kind, each.position))
    return json.dumps(
        [
            FORMAT,
            str(closing.id),
            str(closing.terminal_id),
            str(closing.store_id),
            closing.number,
            str(closing.cashier_id) if closing.cashier_id else None,
            closing.currency,
            _write_instant(closing.since),
            _write_instant(closing.closed_at),
            closing.sales_count,
            closing.sales_minor,
            closing.refunds_count,
            closing.refunds_minor,
            closing.tips_minor,
            closing.discounts_minor,
            closing.all_sales_minor,
            closing.all_refunds_minor,
            closing.float_minor,
            closing.paid_in_minor,
            closing.paid_out_minor,
            closing.cash_sales_minor,
            closing.cash_refunds_minor,
            closing.rounding_minor,
            closing.counted_minor,
            closing.difference_reason,
            closing.entries_hash,
            closing.previous_hash,
            [
                [
                    each.kind,
                    each.position,
                    each.key,
                    each.label,
                    each.count,
                    each.sold_minor,
                    each.refunded_minor,
                    each.vat_minor,
                ]
                for each in lines
            ],
            sorted([each.unit_minor, each.pieces] for each in counts),
        ],
        ensure_ascii=False,
    )


def _write_instant(instant: datetime | None) -> str | None:
    if instant is None:
        return None
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
