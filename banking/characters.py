"""The letters that every bank takes, and how others are written with them.

The set is that of SEPA's payments (EPC 217-08): Latin letters without marks, digits, blanks and
`/ - ? : ( ) . , ' +`. What is written otherwise is shown before it is sent, because names are
compared at the payee's bank.
"""

import re
import unicodedata
from dataclasses import dataclass

_ALLOWED = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]")
_PLAIN = re.compile(r"(?! )(?:[A-Za-z0-9/\-?:().,'+]| (?! |$))*")
# A letter that has no counterpart; the reader sees that something was there.
_LOST = "."
_SIGNS = {
    **dict.fromkeys("\u2018\u2019\u02bc\u00b4`\u2032", "'"),
    **dict.fromkeys('"\u201c\u201d\u201e\u00ab\u00bb', "'"),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212_~=^", "-"),
    **dict.fromkeys("[{<", "("),
    **dict.fromkeys("]}>", ")"),
    **dict.fromkeys(";|\\", ","),
    **dict.fromkeys("!*", "."),
    "&": "+",
    "@": "(at)",
    "%": "pct",
    "#": "No",
    "$": "USD",
    "\u20ac": "EUR",
    "\u00a3": "GBP",
    "\u2026": "...",
}
_LATIN_PAIRS = (
    "ß:ss ẞ:SS ł:l Ł:L ø:o Ø:O đ:d Đ:D æ:ae Æ:AE œ:oe Œ:OE þ:th Þ:TH ð:d Ð:D ı:i ŋ:n Ŋ:N"
    " ħ:h Ħ:H ĸ:k ŧ:t Ŧ:T ſ:s ª:a º:o ƒ:f ə:e Ə:E"
)
# ELOT 743, letter by letter.
_GREEK_PAIRS = (
    "α:a β:v γ:g δ:d ε:e ζ:z η:i θ:th ι:i κ:k λ:l μ:m ν:n ξ:x ο:o π:p ρ:r σ:s ς:s τ:t υ:y"
    " φ:f χ:ch ψ:ps ω:o"
)
# Bulgarian, as EPC 217-08 has it, and the letters of the neighbours.
_CYRILLIC_PAIRS = (
    "а:a б:b в:v г:g д:d е:e ж:zh з:z и:i й:y к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ф:f"
    " х:h ц:ts ч:ch ш:sh щ:sht ъ:a ы:y ь:y э:e ю:yu я:ya і:i ї:yi є:ye ґ:g ђ:dj ј:j љ:lj"
    " њ:nj ћ:c џ:dz ѓ:gj ќ:kj ѕ:dz"
)


def _read_pairs(pairs: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in pairs.split())


_SMALL = _read_pairs(_GREEK_PAIRS) | _read_pairs(_CYRILLIC_PAIRS)
_TABLE = (
    _SIGNS
    | _SMALL
    | {letter.upper(): latin.capitalize() for letter, latin in _SMALL.items()}
    | _read_pairs(_LATIN_PAIRS)
)
_GERMAN: dict[str, str | int | None] = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa"}


@dataclass(frozen=True, slots=True)
class Written:
    """A text as the bank gets it, and the letters of the original that nothing stands for."""

    original: str
    text: str
    lost: str

    @property
    def is_changed(self) -> bool:
        """Return whether it is written otherwise than it was typed."""
        return self.text != self.original


def write_plain(text: str) -> Written:
    """Write a text with the bank's letters; blanks become single.

    A slash at either end, and two in a row, are refused by banks in ids alone: they stay.
    """
    if _PLAIN.fullmatch(text):
        return Written(text, text, "")
    composed = " ".join(unicodedata.normalize("NFC", text).split())
    written, lost = [], []
    for letter in composed:
        plain = _write_letter(letter)
        if plain is None:
            lost.append(letter)
        written.append(_LOST if plain is None else plain)
    return Written(text, " ".join("".join(written).split()), "".join(lost))


def are_same_letters(one: str, other: str) -> bool:
    """Return whether two names say the same: no difference in case, marks, order of words.

    German ä may be written ae or a.
    """
    return bool(_spell(one) & _spell(other))


def _spell(name: str) -> set[tuple[str, ...]]:
    folded = unicodedata.normalize("NFC", name).casefold()
    german = folded.translate(str.maketrans(_GERMAN))
    return {
        tuple(sorted(re.findall(r"\w+", _fold(spelling)))) for spelling in (folded, german)
    } - {()}


def _fold(text: str) -> str:
    # Letters that the table lacks stand for themselves: names in Han letters compare too.
    return (
        "".join(
            letter if (plain := _write_letter(letter)) is None else plain for letter in text
        )
        .casefold()
        .replace("'", "")
    )


def _write_letter(letter: str) -> str | None:
    if _ALLOWED.fullmatch(letter):
        return letter
    if letter in _TABLE:
        return _TABLE[letter]
    parts = unicodedata.normalize("NFKD", letter)
    plain = [
        part if _ALLOWED.fullmatch(part) else _TABLE.get(part)
        for part in parts
        if not unicodedata.combining(part)
    ]
    if not plain or None in plain:
        return None
    return "".join(part or "" for part in plain)
