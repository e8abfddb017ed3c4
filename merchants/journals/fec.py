"""Fichier des écritures comptables, article A47 A-1 of the French tax procedures: 18 columns.

UTF-8, tabs, CRLF, amounts with a comma in two columns, days as YYYYMMDD. Vouchers are numbered
without a gap, in the order in which they were known for good; each line of a file says its
account's number and name.
"""

from collections.abc import Iterator

from merchants.journals.journal import Journal, find_year
from merchants.journals.moves import Voucher

_COLUMNS = (
    *("JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib"),
    *("CompAuxNum", "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit"),
    *("EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise"),
)


def name_file(journal: Journal) -> str:
    """Return the name that the law wants: number of the business, FEC, last day of the year."""
    _, next_year = find_year(journal.last, begins=journal.book.year_begins)
    closing = next_year.fromordinal(next_year.toordinal() - 1)
    return f"{journal.book.siren}FEC{closing:%Y%m%d}.txt"


def write_file(journal: Journal) -> bytes:
    """Write the titles, and two lines for each move."""
    lines = ["\t".join(_COLUMNS)]
    ordered = sorted(journal.vouchers, key=lambda voucher: (voucher.valid_on, voucher.on))
    for number, voucher in enumerate(ordered, start=1):
        lines += _write_voucher(journal, voucher, number=number)
    return journal.texts.encode("".join(f"{line}\r\n" for line in lines))


def _write_voucher(journal: Journal, voucher: Voucher, *, number: int) -> Iterator[str]:
    day = f"{voucher.on:%Y%m%d}"
    for leg in journal.list_legs(voucher):
        yield "\t".join(
            (
                *(journal.book.journal_code, "Tessera", str(number), day),
                *(leg.account.number, journal.texts.fit(leg.account.name, 60), "", ""),
                *(voucher.document, day, journal.texts.fit(leg.move.text, 100)),
                journal.write(leg.debit_minor, decimal=","),
                journal.write(leg.credit_minor, decimal=","),
                *("", "", f"{voucher.valid_on:%Y%m%d}", "", ""),
            )
        )
