"""Which letters a receipt printer has: its code pages, one byte a letter."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from pos.print.fonts import clean

# Typography that printers do not have and that means nothing more than these.
_MARKS = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u2007\u2009\u202f", " "),
        "\N{MINUS SIGN}": "-",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    }
)
# Only where no page of the printer has the letter itself.
_INSTEAD = {
    "\N{MULTIPLICATION SIGN}": "x",
    "\N{MIDDLE DOT}": "-",
    "\N{BULLET}": "-",
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{SINGLE LOW-9 QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"',
    "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
    "\N{DOUBLE LOW-9 QUOTATION MARK}": '"',
}


class Language(StrEnum):
    """The commands that a printer understands."""

    ESCPOS = "escpos"
    STARPRNT = "starprnt"


@dataclass(frozen=True, slots=True)
class Page:
    """A code page: Python's name of it, and the printer's number."""

    codec: str
    number: int


@dataclass(frozen=True)
class Model:
    """A family of printers; its first page that has a letter is the one for it."""

    key: str
    language: Language
    pages: tuple[Page, ...]
    draws_codes: bool = True
    cuts: bool = True

    @cached_property
    def _letters(self) -> dict[str, dict[Page, bytes]]:
        found: dict[str, dict[Page, bytes]] = {}
        for page in self.pages:
            for code in range(0x20, 0x100):
                letter = bytes([code]).decode(page.codec, errors="ignore")
                if letter and not unicodedata.category(letter).startswith("C"):
                    found.setdefault(letter, {})[page] = bytes([code])
        return found

    def spell(self, text: str) -> str:
        """Return a text in letters that printers have where others mean the same.

        Control characters go: a name must not open the drawer.
        """
        plain = clean(text.translate(_MARKS))
        for each in self._lost(plain):
            plain = plain.replace(each, _INSTEAD.get(each, each))
        return plain

    def holds(self, text: str) -> bool:
        """Return whether the printer has every letter of a text."""
        return not self._lost(text)

    def list_lost(self, text: str) -> list[str]:
        """List the letters of a text that the printer does not have, each once."""
        return list(self._lost(text))

    def _lost(self, text: str) -> dict[str, None]:
        return dict.fromkeys(each for each in text if each not in self._letters)

    def encode(self, text: str, page: Page | None) -> Iterator[tuple[Page, bytes]]:
        """Yield each letter's page and byte; a page that is on stays on while that will do."""
        for letter in text:
            pages = self._letters[letter]
            page = page if page in pages else next(iter(pages))
            yield page, pages[page]


def _number(*pages: tuple[str, int]) -> tuple[Page, ...]:
    return tuple(Page(codec, number) for codec, number in pages)


# Numbers of `ESC t` in Epson's ESC/POS reference, and of `ESC GS t` in Star's of StarPRNT.
_EPSON = _number(
    ("cp858", 19),
    ("cp1252", 16),
    ("cp1253", 47),
    ("cp1251", 46),
    ("cp1254", 48),
    ("cp1250", 45),
    ("cp1257", 51),
)
_OLDER = _number(("cp858", 19), ("cp1252", 16), ("cp866", 17), ("cp852", 18))
_STAR = _number(
    ("cp858", 4),
    ("cp1252", 32),
    ("cp1251", 34),
    ("cp1250", 33),
    ("cp737", 15),
    ("cp857", 12),
)
MODELS: Sequence[Model] = (
    Model("epson", Language.ESCPOS, _EPSON),
    Model("older", Language.ESCPOS, _OLDER),
    # Page 0 is the one that they all agree on; what else they have, nobody knows.
    Model("other", Language.ESCPOS, _number(("cp437", 0)), draws_codes=False, cuts=False),
    Model("star", Language.STARPRNT, _STAR),
)


def find_model(key: str) -> Model:
    """Return a family of printers by its key.

    Raises:
        KeyError: there is no such family.
    """
    return {model.key: model for model in MODELS}[key]
