"""DATEV-Format, Buchungsstapel: EXTF header 700, category 21, format version 13.

As the format's public description has it: Windows-1252, semicolons, CRLF, a head of 31 fields,
the titles of 125 columns, and a line for each move. Amounts have a comma and no sign, days no
year: a file is of one financial year.
"""

from datetime import date

from merchants.journals.journal import Journal, find_year
from merchants.journals.moves import Move, Voucher

_PAIRS = "{0} - Art {1}", "{0} - Inhalt {1}"
_EXTRA = "{0} - Art {1}", "{0}- Inhalt {1}"
_COLUMNS = (
    *("Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs"),
    *("Basis-Umsatz", "WKZ Basis-Umsatz", "Konto", "Gegenkonto (ohne BU-Schlüssel)"),
    *("BU-Schlüssel", "Belegdatum", "Belegfeld 1", "Belegfeld 2", "Skonto", "Buchungstext"),
    *("Postensperre", "Diverse Adressnummer", "Geschäftspartnerbank", "Sachverhalt"),
    *("Zinssperre", "Beleglink"),
    *(each.format("Beleginfo", at) for at in range(1, 9) for each in _PAIRS),
    *("KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "Kost-Menge"),
    *("EU-Land u. UStID (Bestimmung)", "EU-Steuersatz (Bestimmung)"),
    *("Abw. Versteuerungsart", "Sachverhalt L+L", "Funktionsergänzung L+L"),
    *("BU 49 Hauptfunktionstyp", "BU 49 Hauptfunktionsnummer", "BU 49 Funktionsergänzung"),
    *(each.format("Zusatzinformation", at) for at in range(1, 21) for each in _EXTRA),
    *("Stück", "Gewicht", "Zahlweise", "Forderungsart", "Veranlagungsjahr"),
    *("Zugeordnete Fälligkeit", "Skontotyp", "Auftragsnummer", "Buchungstyp"),
    *("USt-Schlüssel (Anzahlungen)", "EU-Land (Anzahlungen)"),
    *("Sachverhalt L+L (Anzahlungen)", "EU-Steuersatz (Anzahlungen)"),
    *("Erlöskonto (Anzahlungen)", "Herkunft-Kz", "Buchungs GUID", "KOST-Datum"),
    *("SEPA-Mandatsreferenz", "Skontosperre", "Gesellschaftername", "Beteiligtennummer"),
    *("Identifikationsnummer", "Zeichnernummer", "Postensperre bis"),
    *("Bezeichnung SoBil-Sachverhalt", "Kennzeichen SoBil-Buchung", "Festschreibung"),
    *("Leistungsdatum", "Datum Zuord. Steuerperiode", "Fälligkeit", "Generalumkehr (GU)"),
    *("Steuersatz", "Land", "Abrechnungsreferenz", "BVV-Position"),
    *("EU-Land u. UStID (Ursprung)", "EU-Steuersatz (Ursprung)", "Abw. Skontokonto"),
)
_PLACES = {name: place for place, name in enumerate(_COLUMNS)}
_NOT_LOCKED = "0"


def name_file(journal: Journal) -> str:
    """Return the file's name; the program looks for its beginning."""
    return f"EXTF_Buchungsstapel_{journal.first:%Y%m%d}_{journal.last:%Y%m%d}.csv"


def write_file(journal: Journal) -> bytes:
    """Write head, titles and a line for each move."""
    lines = [_write_head(journal), ";".join(_COLUMNS)]
    for voucher in journal.vouchers:
        lines += [_write_move(journal, voucher, move) for move in voucher.moves]
    return journal.texts.encode("".join(f"{line}\r\n" for line in lines))


def _write_head(journal: Journal) -> str:
    book = journal.book
    year, _ = find_year(journal.first, begins=book.year_begins)
    made_at = f"{journal.made_at:%Y%m%d%H%M%S}{journal.made_at.microsecond // 1000:03}"
    head = [
        *(_quote("EXTF"), "700", "21", _quote("Buchungsstapel"), "13", made_at, ""),
        *(_quote("TS"), _quote("Tessera"), _quote("")),
        *(book.adviser, book.client, _date(year), str(book.account_length)),
        *(_date(journal.first), _date(journal.last), _quote("Tessera"), _quote("")),
        *("1", "0", _NOT_LOCKED, _quote(book.currency)),
        *("", _quote(""), "", "", _quote(""), "", "", _quote(""), _quote("")),
    ]
    return ";".join(head)


def _write_move(journal: Journal, voucher: Voucher, move: Move) -> str:
    fields = [""] * len(_COLUMNS)
    written = {
        "Umsatz (ohne Soll/Haben-Kz)": journal.write(move.amount_minor, decimal=","),
        "Soll/Haben-Kennzeichen": _quote("S"),
        "Konto": journal.number(move.debit),
        "Gegenkonto (ohne BU-Schlüssel)": journal.number(move.credit),
        "Belegdatum": f"{voucher.on:%d%m}",
        "Belegfeld 1": _quote(voucher.document),
        "Buchungstext": _quote(journal.texts.fit(move.text, 60)),
        "Festschreibung": _NOT_LOCKED,
    }
    for name, value in written.items():
        fields[_PLACES[name]] = value
    return ";".join(fields)


def _quote(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _date(day: date) -> str:
    return f"{day:%Y%m%d}"
