"""The formats of journals: what each takes, and which facts of the books it needs."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from merchants.journals import datev, fec, iif, quickbooks, sage, xero
from merchants.journals.journal import Journal
from merchants.models import BookFormat

_CSV = "text/csv; charset={}"
_TEXT = "text/plain; charset={}"
_ANSI, _UTF8 = "cp1252", "utf-8"
_MANY = 99_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How one program wants its journals.

    `pattern` is of an account's number, and `ask` says it in words. A file has at most
    `lines_max` lines, `lines_a_move` for each move, and amounts of at most `digits_max` digits
    before their decimals.
    """

    key: BookFormat
    place: str | Promise
    advice: str | Promise
    pattern: re.Pattern[str]
    ask: str | Promise
    facts: tuple[str, ...]
    name_file: Callable[[Journal], str]
    write_file: Callable[[Journal], bytes]
    encoding: str = _UTF8
    media: str = _CSV
    only_currency: str = ""
    lines_max: int = _MANY
    lines_a_move: int = 2
    digits_max: int = 12
    swaps: dict[str, str] | None = None
    is_of_one_year: bool = False
    names_accounts: bool = False

    @property
    def title(self) -> str:
        """Return the program's name."""
        return str(self.key.label)

    def takes(self, number: str) -> bool:
        """Return whether an account may have this number, in the letters of the files too.

        A text of people is written with `?` for a letter that is unknown, an account cannot be.
        """
        try:
            number.encode(self.encoding)
        except UnicodeEncodeError:
            return False
        return bool(self.pattern.fullmatch(number))

    @property
    def media_type(self) -> str:
        """Return the content type of its files."""
        names = {_ANSI: "windows-1252"}
        return self.media.format(names.get(self.encoding, self.encoding))


_ALL = [
    Format(
        key=BookFormat.DATEV,
        place=_("Germany and Austria"),
        advice=_(
            "Buchungsstapel in DATEV-Format 700, version 13. Import it in Rechnungswesen under"
            " batch processing (Stapelverarbeitung), or send it to your adviser."
        ),
        pattern=re.compile("[0-9]{4,9}"),
        ask=_("Type an account number of 4 to 9 digits."),
        facts=("adviser", "client", "account_length", "year_begins"),
        name_file=datev.name_file,
        write_file=datev.write_file,
        encoding=_ANSI,
        only_currency="EUR",
        lines_a_move=1,
        digits_max=10,
        is_of_one_year=True,
    ),
    Format(
        key=BookFormat.FEC,
        place=_("France"),
        advice=_(
            "Fichier des écritures comptables with its 18 columns, to be imported into your"
            " program: its own journal, numbered from 1 in each file."
        ),
        pattern=re.compile("[1-8][0-9]{2}[0-9A-Z]{0,17}"),
        ask=_("Type an account of the French chart: three digits first, such as 707000."),
        facts=("siren", "journal_code", "year_begins"),
        name_file=fec.name_file,
        write_file=fec.write_file,
        media=_TEXT,
        only_currency="EUR",
        is_of_one_year=True,
        names_accounts=True,
    ),
    Format(
        key=BookFormat.SAGE,
        place=_("United Kingdom and Ireland"),
        advice=_(
            "Audit trail transactions as CSV. Import it under File, Import, with headings in"
            " the first row."
        ),
        pattern=re.compile("[0-9A-Za-z]{1,8}"),
        ask=_("Type a nominal code of up to 8 letters and digits."),
        facts=("currency", "tax_word"),
        name_file=sage.name_file,
        write_file=sage.write_file,
        encoding=_ANSI,
        digits_max=8,
    ),
    Format(
        key=BookFormat.XERO,
        place=_("Worldwide"),
        advice=_(
            "Manual journals by Xero's template, which takes 300 lines a file. Import it under"
            " Accounting, Manual journals."
        ),
        pattern=re.compile("[0-9A-Za-z][0-9A-Za-z./-]{0,9}"),
        ask=_("Type an account code of up to 10 letters and digits."),
        facts=("currency", "tax_word"),
        name_file=xero.name_file,
        write_file=xero.write_file,
        lines_max=300,
    ),
    Format(
        key=BookFormat.QUICKBOOKS,
        place=_("Worldwide"),
        advice=_(
            "Journal entries as CSV. Turn account numbers off for the import, and choose"
            " month/day/year for its dates."
        ),
        pattern=re.compile('[^\\W_][^\\t\\r\\n"]{0,99}'),
        ask=_("Type the account's name as QuickBooks has it, a part of one as Parent:Part."),
        facts=("currency",),
        name_file=quickbooks.name_file,
        write_file=quickbooks.write_file,
        digits_max=11,
    ),
    Format(
        key=BookFormat.IIF,
        place=_("United States, Canada and United Kingdom"),
        advice=_(
            "General journals in Intuit Interchange Format. Import it under File, Utilities,"
            " Import."
        ),
        pattern=re.compile('[^\\W_][^\\t\\r\\n"]{0,99}'),
        ask=_("Type the account's name as QuickBooks has it, a part of one as Parent:Part."),
        facts=("currency",),
        name_file=iif.name_file,
        write_file=iif.write_file,
        encoding=_ANSI,
        media=_TEXT,
        # A quote would begin a field of several lines.
        swaps={'"': "'"},
        digits_max=10,
    ),
]
FORMATS: dict[str, Format] = {each.key.value: each for each in _ALL}
# What programs count in; a dinar of a thousand parts would be rounded by them.
DECIMALS_MAX = 2
