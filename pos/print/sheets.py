"""A counter code as a page to cut out and hang up: A4, A6, or a sticker of A7."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, gettext

from ledger.money import format_money
from merchants.looks import find_logo
from pos.counter_codes import write_counter_link
from pos.models import CounterCode
from pos.print.drawable import Drawable
from pos.print.fonts import find_undrawn, list_faces
from pos.print.typesetter import Face, typeset
from qr.image import draw_svg


class SheetSize(StrEnum):
    """The paper the page is for."""

    A4 = "a4"
    A6 = "a6"
    STICKER = "sticker"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paper:
    width: float
    height: float
    margin: float
    code: float
    name: float
    text: float
    small: float


# In millimeters, letters in points. The margins are more than any office printer needs.
_PAPERS = {
    SheetSize.A4: _Paper(
        width=210, height=297, margin=18, code=136, name=40, text=17, small=10.5
    ),
    SheetSize.A6: _Paper(width=105, height=148, margin=8, code=68, name=21, text=8.5, small=6),
    SheetSize.STICKER: _Paper(
        width=74, height=105, margin=5, code=50, name=13, text=6.5, small=5
    ),
}


def list_undrawn(code: CounterCode) -> list[str]:
    """List the letters that no font has; the code's store must be loaded."""
    return find_undrawn(f"{code.name} {code.place}", code.store.merchant.country)


def draw_sheet(code: CounterCode, size: SheetSize) -> bytes:
    """Draw the page; the same code gives the same bytes. The code's store must be loaded.

    Raises:
        PagesFailed: it takes too much time or memory, or waits too long for its turn.
    """
    merchant = code.store.merchant
    logo = find_logo(merchant.logo) if merchant.logo else None
    data = Drawable(merchant.country).clean(_list_texts(code)) | {
        "paper": asdict(_PAPERS[size]),
        "code": draw_svg(write_counter_link(code)),
        "logo": None if logo is None else list(logo),
    }
    faces = [Face(str(path), index) for path, index in list_faces(merchant.country)]
    return typeset("sheet", data, faces=faces, made_at=code.created_at)


def _list_texts(code: CounterCode) -> dict[str, Any]:
    cap = format_money(code.cap_minor, code.currency, get_language() or "en")
    host = f"{settings.PUBLIC_HOST}/p/"
    return {
        "lang": (get_language() or "en").partition("-")[0],
        "author": code.store.merchant.name,
        "title": f"{code.name}, {code.place}",
        "name": code.name or "-",
        "short_code": code.short_code_grouped,
        "words": {
            "scan": gettext("Scan to pay"),
            "code": gettext("Payment code"),
            "type": gettext("No camera? Open %s and type") % host,
        },
        "steps": [
            gettext("Scan the code with your phone's camera."),
            gettext("Type the amount. Your phone shows the name above."),
            gettext("Confirm. Your phone and the till say Paid."),
        ],
        "foot": [
            gettext("Up to %s a person and day.") % cap,
            f"{code.place} · {code.public_id}",
        ],
    }
