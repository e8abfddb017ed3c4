"""Slips as they are sent to a printer, and what is to be known of them before."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from pos.print.bitmaps import draw_lines
from pos.print.code_pages import Language, Model
from pos.print.escpos import EscPos
from pos.print.fonts import find_undrawn
from pos.print.slips import Band, Line, Slip, is_picture, lay_out
from pos.print.starprnt import StarPrnt
from pos.print.typesetter import take_guest_place

# A few kilobytes each, and some tens where lines are drawn.
_KEPT_MAX = 256
_WRITERS = {Language.ESCPOS: EscPos, Language.STARPRNT: StarPrnt}


@dataclass(frozen=True, slots=True)
class Draft:
    """A slip before it is printed: its lines, and the letters that the printer lacks."""

    bands: list[Band]
    drawn: list[str]
    lost: list[str]


@lru_cache(maxsize=_KEPT_MAX)
def write_slip(slip: Slip, *, columns: int, model: Model) -> bytes:
    """Return a slip in the printer's own commands; lines that it has no letters for are drawn.

    Raises:
        PagesFailed: drawing takes too much time or memory, or too many others wait.
    """
    bands = lay_out(slip, columns=columns, model=model)
    drawn = [line for line in _list_lines(bands) if is_picture(line, model)]
    pictures = {}
    if drawn:
        with take_guest_place():
            pictures = draw_lines(drawn, language=slip.language, country=slip.country)
    return _WRITERS[model.language](model, pictures).write(bands)


def draft_slip(slip: Slip, *, columns: int, model: Model) -> Draft:
    """Return a slip's lines, the letters that are drawn, and those that nothing can draw."""
    bands = lay_out(slip, columns=columns, model=model)
    words = "".join(line.words for line in _list_lines(bands))
    lost = find_undrawn("".join(model.list_lost(words)), slip.country)
    drawn = [each for each in model.list_lost(words) if each not in lost and each.isprintable()]
    return Draft(bands, drawn, lost)


def _list_lines(bands: Iterable[Band]) -> list[Line]:
    return [band for band in bands if isinstance(band, Line)]
