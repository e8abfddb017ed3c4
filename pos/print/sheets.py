"""A counter code as a page to cut out and hang up: A4, A6, or a sticker of A7."""

from enum import StrEnum

from pos.models import CounterCode
from pos.print.fonts import find_undrawn

# The standard fonts of PDF have these letters and need no embedding. Others are drawn.
LETTERS = "cp1252"


class SheetSize(StrEnum):
    """The paper the page is for."""

    A4 = "a4"
    A6 = "a6"
    STICKER = "sticker"


def list_undrawn(code: CounterCode) -> list[str]:
    """List the letters that would print as empty boxes; the code's store must be loaded."""
    texts = (code.name, code.place)
    drawn = " ".join(text for text in texts if not is_standard(text))
    return find_undrawn(drawn, code.store.merchant.country)


def is_standard(text: str) -> bool:
    """Return whether PDF's standard fonts have every letter of the text."""
    try:
        text.encode(LETTERS)
    except UnicodeEncodeError:
        return False
    return text.isprintable()
