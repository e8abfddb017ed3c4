"""Sage 50 Accounts (UK and Ireland): audit trail transactions as CSV, journals JD and JC.

Windows-1252, commas, CRLF, days as DD/MM/YYYY, amounts with a point and without a sign.
"""

from merchants.journals.journal import Journal
from merchants.reports.program import write_rows

_TITLES = (
    *("Type", "Account Reference", "Nominal A/C Ref", "Department Code", "Date", "Reference"),
    *("Details", "Net Amount", "Tax Code", "Tax Amount"),
)


def name_file(journal: Journal) -> str:
    """Return the file's name."""
    return f"sage-{journal.first:%Y%m%d}-{journal.last:%Y%m%d}.csv"


def write_file(journal: Journal) -> bytes:
    """Write the titles, and a debit and a credit for each move."""
    rows = [
        (
            "JD" if leg.debit_minor else "JC",
            "",
            leg.account.number,
            "0",
            f"{voucher.on:%d/%m/%Y}",
            voucher.number,
            journal.texts.fit(leg.move.text, 60),
            journal.write(abs(leg.signed_minor)),
            journal.book.tax_word,
            "0.00",
        )
        for voucher in journal.vouchers
        for leg in journal.list_legs(voucher)
    ]
    return journal.texts.encode(write_rows([_TITLES, *rows]))
