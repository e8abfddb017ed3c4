"""A till's Z report as PDF: a slip of 80 mm."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as translate

from ledger.templatetags.money import money_of
from pos.closing_slips import Part, Row, Slip, write_closing
from pos.models import Closing
from pos.print.drawable import Drawable
from pos.print.fonts import list_faces
from pos.print.typesetter import Face, typeset


def draw_closing(closing: Closing) -> bytes:
    """Draw a closing; the same one gives the same bytes in one language.

    Raises:
        PagesFailed: it takes too much time or memory, or waits too long for its turn.
    """
    country = closing.store.merchant.country
    data = Drawable(country).clean(_list_data(write_closing(closing)))
    faces = [Face(str(path), index) for path, index in list_faces(country)]
    return typeset("closing", data, faces=faces, made_at=closing.closed_at)


def _list_data(slip: Slip) -> dict[str, Any]:
    first, *others = slip.parts
    total = [translate("Turnover"), money_of(slip.turnover_minor, slip.currency)]
    return {
        "lang": (get_language() or "en").partition("-")[0],
        "author": "Tessera",
        "title": f"{slip.title}, {slip.shop}",
        "heading": slip.title,
        "place": list(dict.fromkeys([slip.merchant, slip.shop])),
        "facts": [list(fact) for fact in slip.facts],
        "turnover": _list_part(first, slip) | {"total": total},
        "parts": [_list_part(part, slip) for part in others],
        "hash": slip.hash,
        "checksum": translate("Checksum"),
        "footer": f"{translate('All times in shop time')} ({slip.time_zone}).",
    }


def _list_part(part: Part, slip: Slip) -> dict[str, Any]:
    # A table of a document that is read aloud has heads, also where the page shows none.
    heads = list(part.heads) or [part.title, translate("Amount")]
    return {
        "heads": heads,
        "rows": [_list_row(row, slip, columns=len(heads)) for row in part.rows],
    }


def _list_row(row: Row, slip: Slip, *, columns: int) -> dict[str, Any]:
    amounts = [money_of(row.amount_minor, slip.currency)]
    if columns > len(amounts) + 1:
        beside = row.beside_minor
        amounts.append("\N{EN DASH}" if beside is None else money_of(beside, slip.currency))
    return {"label": row.label, "below": row.below, "amounts": amounts}
