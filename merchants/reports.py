"""Settlement reports as files; an export equals the page and carries its control total."""

import csv
import hashlib
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from ledger.exports import quote_formula
from ledger.money import format_number
from merchants.models import Settlement
from merchants.queries import read_lines

_HEAD = [
    *("line", "time", "store", "kind", "charge", "code", "reference"),
    *("amount", "fee", "net", "currency"),
]
_NOTHING = [""] * 8


class _Echo:
    def write(self, text: str) -> str:
        return text


def write_settlement_csv(settlement: Settlement) -> Iterator[str]:
    """Write head, lines, the statement's figures, control total, SHA-256 and END, row by row.

    The hash is over everything before its own row, so that a file which was cut short or
    changed shows it.
    """
    writer, digest = csv.writer(_Echo()), hashlib.sha256()
    for row in _list_rows(settlement):
        text = writer.writerow(row)
        digest.update(text.encode())
        yield text
    yield writer.writerow(["SHA-256", digest.hexdigest()])
    yield writer.writerow(["END"])


def _list_rows(settlement: Settlement) -> Iterator[Sequence[str | int]]:
    yield _HEAD
    zone, currency = ZoneInfo(settlement.book.merchant.time_zone), settlement.currency
    net_minor = count = 0
    for count, line in enumerate(read_lines(settlement), start=1):
        net_minor += line.net_minor
        yield [
            count,
            line.at.astimezone(zone).isoformat(timespec="seconds"),
            quote_formula(line.store.name),
            line.kind,
            line.charge_ref,
            line.short_code_grouped,
            quote_formula(line.reference),
            format_number(line.signed_minor, currency),
            format_number(-line.fee_minor, currency),
            format_number(line.net_minor, currency),
            currency,
        ]
    figures = {
        "OPENING": settlement.opening_minor,
        "SALES": settlement.sales_minor,
        "REFUNDS": -settlement.refunds_minor,
        "FEES": -settlement.fees_minor,
        "PAYOUT": -settlement.payout_minor,
        "CLOSING": settlement.closing_minor,
    }
    for name, amount_minor in figures.items():
        yield [name, *_NOTHING, format_number(amount_minor, currency), currency]
    total = format_number(net_minor, currency)
    yield ["TOTAL", *_NOTHING[:2], count, *_NOTHING[3:], total, currency]
