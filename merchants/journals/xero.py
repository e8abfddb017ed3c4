"""Xero: manual journals by its CSV template, days as DD/MM/YYYY, credits below zero.

Lines with the same narration and date are one journal; a file takes 300 lines.
"""

from merchants.journals.journal import Journal
from merchants.reports.program import write_rows

_TITLES = (
    *("*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount"),
    *("TrackingName1", "TrackingOption1", "TrackingName2", "TrackingOption2"),
)


def name_file(journal: Journal) -> str:
    """Return the file's name."""
    return f"xero-{journal.first:%Y%m%d}-{journal.last:%Y%m%d}.csv"


def write_file(journal: Journal) -> bytes:
    """Write the titles, and two lines for each move."""
    rows = [
        (
            f"Tessera {voucher.number}",
            f"{voucher.on:%d/%m/%Y}",
            journal.texts.fit(leg.move.text, 200),
            leg.account.number,
            journal.book.tax_word,
            journal.write(leg.signed_minor),
            *("", "", "", ""),
        )
        for voucher in journal.vouchers
        for leg in journal.list_legs(voucher)
    ]
    return journal.texts.encode(write_rows([_TITLES, *rows]))
