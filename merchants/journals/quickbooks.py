"""QuickBooks Online: journal entries as CSV, days as MM/DD/YYYY, debits and credits apart.

Accounts are named, a part of another one as `Parent:Part`.
"""

from merchants.journals.journal import Journal
from merchants.reports.program import write_rows

_TITLES = ("JournalNo", "JournalDate", "AccountName", "Debits", "Credits", "Description")


def name_file(journal: Journal) -> str:
    """Return the file's name."""
    return f"quickbooks-{journal.first:%Y%m%d}-{journal.last:%Y%m%d}.csv"


def write_file(journal: Journal) -> bytes:
    """Write the titles, and two lines for each move."""
    rows = [
        (
            voucher.number,
            f"{voucher.on:%m/%d/%Y}",
            leg.account.number,
            journal.write(leg.debit_minor) if leg.debit_minor else "",
            journal.write(leg.credit_minor) if leg.credit_minor else "",
            journal.texts.fit(leg.move.text, 200),
        )
        for voucher in journal.vouchers
        for leg in journal.list_legs(voucher)
    ]
    return journal.texts.encode(write_rows([_TITLES, *rows]))
