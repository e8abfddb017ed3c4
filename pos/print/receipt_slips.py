"""A receipt as a slip of a receipt printer, of the same texts as its page and its PDF."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as write_date
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as translate

from merchants.sellers import Seller
from pos.models import Charge, Refund
from pos.print.receipts import describe_receipt
from pos.print.slips import Code, Cut, Feed, Part, Row, Rule, Side, Slip, Table, Text, Total

_TIME = "j M Y, H:i:s"


def compose_receipt(
    charge: Charge,
    refunds: Sequence[Refund],
    seller: Seller,
    *,
    copied_at: datetime | None = None,
) -> Slip:
    """Compose the receipt of a captured charge; one that is printed again says so, and when."""
    texts = describe_receipt(charge, refunds, seller)
    zone = ZoneInfo(charge.store.time_zone)
    copied = write_date(copied_at.astimezone(zone), _TIME) if copied_at else ""
    parts = [
        *_head(texts, copied),
        *_sums(texts),
        Rule(),
        *[Text(f"{label}: {value}") for label, value in texts["facts"]],
        Feed(),
        Code(charge.receipt_url),
        Feed(),
        Text(texts["footer"], Side.CENTRE),
        Cut(),
    ]
    return Slip(
        tuple(parts),
        language=texts["lang"],
        country=charge.store.merchant.country,
        from_right=get_language_bidi(),
    )


def _head(texts: Mapping[str, Any], copied: str) -> Iterator[Part]:
    yield Text(texts["heading"], Side.CENTRE, bold=True)
    yield from (Text(line, Side.CENTRE) for line in texts["place"])
    if copied:
        yield Feed()
        yield Text(translate("DUPLICATE"), Side.CENTRE, bold=True)
        yield Text(copied, Side.CENTRE)


def _sums(texts: Mapping[str, Any]) -> Iterator[Part]:
    yield Rule()
    yield _lay_table(texts["items"]["rows"])
    yield Rule()
    yield Total(*texts["items"]["total"])
    for table in (texts["refunds"], *texts["vat"]):
        if table["rows"]:
            yield Rule()
            if "title" in table:
                yield Text(table["title"])
            yield _lay_table(table["rows"], heads=table["heads"])
    if texts["note"]:
        yield Text(texts["note"])


def _lay_table(rows: Sequence[Mapping[str, Any]], *, heads: Sequence[str] = ()) -> Table:
    head = [Row(heads[0], tuple(heads[1:]))] if heads else []
    body = [
        Row(
            row["label"],
            tuple(row["amounts"]),
            below=tuple(filter(None, [row["below"], row["reference"]])),
        )
        for row in rows
    ]
    return Table((*head, *body))
