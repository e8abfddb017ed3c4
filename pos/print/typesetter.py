"""Sets pages with Typst, as tagged PDF or a picture, in a child: a large one ends no other.

`python -m pos.print.typesetter` reads one line of JSON and writes the PDF or the PNG. What a
person has typed reaches the template as data, which Typst never reads as markup. Nothing is
fetched: the template, its data and the folders of fonts are all there is.
"""

import json
import logging
import os
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import typst

logger = logging.getLogger(__name__)
_FOLDER = Path(__file__).parent
_ROOT = _FOLDER.parent.parent
# A thousand lines take half a second and 160 MB, and twice as much address space.
_PROCESSOR_S = 10
_MEMORY_MAX = 1200 * 2**20
_PATIENCE_S = 30.0
_NICENESS = 10
_PIXEL_A_POINT = 72.0
# Tagged, for those who have it read aloud.
_FOR_READING: "tuple[typst.PDFStandard, ...]" = ("ua-1",)
# None of our secrets. More threads take no page faster here, and address space each.
_ENVIRONMENT = {"RAYON_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
# One at a time in a process that also answers tills. Few wait: each keeps one of its places
# (`config/admission.py`), and twelve would keep all that pages have.
_turn = BoundedSemaphore(1)
_ROOM_MAX = 4
_room = BoundedSemaphore(_ROOM_MAX)
# Strangers with a receipt's link get no more than half of the places.
_guests = BoundedSemaphore(_ROOM_MAX // 2)


class PagesFailed(Exception):
    """The pages took too much time or memory, or too many others wait."""


@dataclass(frozen=True, slots=True)
class Face:
    """A face of a font's file, in the order in which fonts are asked for a letter."""

    path: str
    index: int


def typeset(
    template: str,
    data: Mapping[str, Any],
    *,
    faces: Sequence[Face],
    made_at: datetime,
    standards: "Sequence[typst.PDFStandard]" = _FOR_READING,
) -> bytes:
    """Return the PDF of a template, `NAME.typ` beside this file; the same data, the same bytes.

    Raises:
        PagesFailed: it takes too much time or memory, or waits too long for its turn.
    """
    order = {
        "template": template,
        "data": data,
        "faces": [[face.path, face.index] for face in faces],
        "made_at": int(made_at.timestamp()),
        "standards": list(standards),
    }
    return _draw_in_turn(order, begins=b"%PDF-")


def typeset_picture(template: str, data: Mapping[str, Any], *, faces: Sequence[Face]) -> bytes:
    """Return a template's only page as PNG, a pixel a point.

    Raises:
        PagesFailed: it takes too much time or memory, or waits too long for its turn.
    """
    order = {
        "template": template,
        "data": data,
        "faces": [[face.path, face.index] for face in faces],
        "made_at": 0,
        "as_picture": True,
    }
    return _draw_in_turn(order, begins=b"\x89PNG")


@contextmanager
def take_guest_place() -> Iterator[None]:
    """Keep one of the places that strangers have, while pages are made for one.

    Raises:
        PagesFailed: others have them all.
    """
    if not _guests.acquire(blocking=False):
        raise PagesFailed
    try:
        yield
    finally:
        _guests.release()


def _draw_in_turn(order: Mapping[str, Any], *, begins: bytes) -> bytes:
    if not _room.acquire(blocking=False):
        raise PagesFailed
    try:
        return _run(order, begins=begins)
    finally:
        _room.release()


def _run(order: Mapping[str, Any], *, begins: bytes) -> bytes:
    if not _turn.acquire(timeout=_PATIENCE_S):
        raise PagesFailed
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pos.print.typesetter"],
            cwd=_ROOT,
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=_PATIENCE_S,
            check=False,
            env=_ENVIRONMENT,
        )
    except subprocess.TimeoutExpired:
        raise PagesFailed from None
    finally:
        _turn.release()
    if done.returncode or not done.stdout.startswith(begins):
        logger.error("typesetting failed: %s", done.stderr[-500:].decode(errors="replace"))
        raise PagesFailed
    return done.stdout


def draw(order: Mapping[str, Any]) -> bytes:
    """Draw the pages here, in this process; `typeset` is for everybody else.

    A letter that no font has costs the document its mark of PDF/UA, and never the document,
    unless it has to be of other standards too.
    """
    faces = [(path, index) for path, index in order["faces"]]
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        # It takes no single files, only folders.
        font_paths=sorted({str(Path(path).parent) for path, _ in faces}),
    )
    families = {(each.path or "", each.index): each.family for each in fonts.fonts()}
    names = [families[face] for face in faces if face in families]
    data = {**order["data"], "fonts": list(dict.fromkeys(names))}
    page = _Page(
        source=(_FOLDER / f"{order['template']}.typ").read_bytes(),
        data=json.dumps(data),
        fonts=fonts,
        made_at=datetime.fromtimestamp(order["made_at"], UTC),
    )
    if order.get("as_picture"):
        return _compile(page, standards=[], picture_ppi=_PIXEL_A_POINT)
    standards = order.get("standards", list(_FOR_READING))
    try:
        return _compile(page, standards=standards)
    except typst.TypstError as refusal:
        if "PDF/UA" not in refusal.message or standards != list(_FOR_READING):
            raise
    return _compile(page, standards=[])


@dataclass(frozen=True, slots=True)
class _Page:
    source: bytes
    data: str
    fonts: typst.Fonts
    made_at: datetime


def _compile(
    page: _Page, *, standards: "list[typst.PDFStandard]", picture_ppi: float | None = None
) -> bytes:
    pages, warnings = typst.compile_with_warnings(
        page.source,
        sys_inputs={"data": page.data},
        font_paths=page.fonts,
        ignore_system_fonts=True,
        format="png" if picture_ppi else "pdf",
        ppi=picture_ppi,
        pdf_standards=standards,
        timestamp=page.made_at,
    )
    # Without fonts it sets blank pages, and only warns (findings/typst-blank-pages.sh).
    if warnings:
        raise RuntimeError(warnings[0].message)
    return pages


def main() -> None:  # pragma: no cover  the child, whom nobody measures
    """Read an order, and write its pages."""
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_MAX, _MEMORY_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (_PROCESSOR_S, _PROCESSOR_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(draw(json.load(sys.stdin.buffer)))


if __name__ == "__main__":  # pragma: no cover  the child, whom nobody measures
    main()
