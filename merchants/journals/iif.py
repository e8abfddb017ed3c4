"""QuickBooks Desktop: Intuit Interchange Format, general journals.

Windows-1252, tabs, CRLF, days as MM/DD/YYYY, credits below zero. Of each voucher the first line
is TRNS and the others are SPL; they add up to zero.
"""

from collections.abc import Iterator

from merchants.journals.journal import Journal
from merchants.journals.moves import Voucher

_FIELDS = ("TRNSTYPE", "DATE", "ACCNT", "AMOUNT", "DOCNUM", "MEMO")


def name_file(journal: Journal) -> str:
    """Return the file's name."""
    return f"quickbooks-{journal.first:%Y%m%d}-{journal.last:%Y%m%d}.iif"


def write_file(journal: Journal) -> bytes:
    """Write three lines of titles, and a block for each voucher."""
    rows = [("!TRNS", *_FIELDS), ("!SPL", *_FIELDS), ("!ENDTRNS",)]
    for voucher in journal.vouchers:
        rows += _write_voucher(journal, voucher)
    return journal.texts.encode("".join("\t".join(row) + "\r\n" for row in rows))


def _write_voucher(journal: Journal, voucher: Voucher) -> Iterator[tuple[str, ...]]:
    for place, leg in enumerate(journal.list_legs(voucher)):
        yield (
            "SPL" if place else "TRNS",
            "GENERAL JOURNAL",
            f"{voucher.on:%m/%d/%Y}",
            leg.account.number,
            journal.write(leg.signed_minor),
            voucher.number,
            journal.texts.fit(leg.move.text, 200),
        )
    yield ("ENDTRNS",)
