"""Text of any script, set in lines and drawn as outlines, for pages whose own fonts lack it."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import uharfbuzz as hb
from fpdf.bidi import BidiCharacter, BidiParagraph

from pos.print.fonts import Font, Weight, find_base_font, find_font, split_clusters

UNITS_PER_EM = 1000
_CLOSING = {"Pe", "Pf", "Po"}
_OPENING = {"Ps", "Pi"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The weight of letters, the country of their readers, and the width of a line.

    Widths are in thousandths of the letters' size.
    """

    weight: Weight
    country: str
    width: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line's words, their outlines as an SVG path over a baseline at zero, and its width."""

    text: str
    path: str
    width: float


@dataclass(frozen=True, slots=True)
class _Letter:
    text: str
    font: Font
    level: int


@dataclass(frozen=True, slots=True)
class _Glyph:
    letter: int
    number: int
    across: float
    up: float
    advance: float


def set_lines(text: str, frame: Frame) -> list[Line]:
    """Break a cleaned text into as many lines as its frame needs.

    Right-to-left text is reordered (UAX 9), and letters join as their script requires. A letter
    that no font has is an empty box. A word is broken only where it does not fit a line; Han
    and kana break between any two.
    """
    letters, advances = _measure(text, frame.weight, frame.country)
    return [_draw(part, frame.weight) for part in _break(letters, advances, frame.width)]


def count_lines(text: str, frame: Frame) -> int:
    """Count the lines `set_lines` would return, without drawing any."""
    letters, advances = _measure(text, frame.weight, frame.country)
    return sum(1 for _ in _break(letters, advances, frame.width))


# A name is tried in many sizes, with the same relative widths in each.
@lru_cache(maxsize=64)
def _measure(
    text: str, weight: Weight, country: str
) -> tuple[tuple[_Letter, ...], tuple[float, ...]]:
    letters = tuple(_read(text, country))
    return letters, tuple(_find_advances(letters, weight))


def _read(text: str, country: str) -> Iterator[_Letter]:
    levels = [each.embedding_level for each in _resolve(text)]
    start = 0
    for cluster in split_clusters(text):
        font = find_font(cluster, country) or find_base_font()
        yield _Letter(cluster, font, levels[start])
        start += len(cluster)


def _resolve(text: str) -> list[BidiCharacter]:
    paragraph = BidiParagraph(text, preserve_bn_chars=True)
    characters = paragraph.get_characters_with_embedding_level()
    assert len(characters) == len(text), "every letter has a level"
    return characters


def _find_advances(letters: Sequence[_Letter], weight: Weight) -> list[float]:
    advances: list[float] = []
    for run in _group(letters):
        starts, here = {}, 0
        for place, letter in enumerate(run, start=len(advances)):
            starts.update(dict.fromkeys(range(here, here + len(letter.text)), place))
            here += len(letter.text)
        advances += [0.0] * len(run)
        for glyph in _shape(run, weight):
            advances[starts[glyph.letter]] += glyph.advance
    return advances


def _group(letters: Sequence[_Letter]) -> Iterator[list[_Letter]]:
    runs = groupby(letters, key=lambda letter: (id(letter.font), letter.level))
    return (list(run) for _, run in runs)


def _shape(run: list[_Letter], weight: Weight) -> Iterator[_Glyph]:
    font = run[0].font
    buffer = hb.Buffer()
    buffer.cluster_level = hb.BufferClusterLevel.MONOTONE_CHARACTERS
    # By code point, so that clusters are numbered alike here and there.
    buffer.add_codepoints([ord(each) for letter in run for each in letter.text])
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if run[0].level % 2 else "ltr"
    # Otherwise it would be the process's.
    buffer.language = "und"
    hb.shape(font.weigh(weight), buffer)
    scale = UNITS_PER_EM / font.units_per_em
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        across, up = position.x_offset * scale, position.y_offset * scale
        advance = position.x_advance * scale
        yield _Glyph(info.cluster, info.codepoint, across, up, advance)


def _break(
    letters: Sequence[_Letter], advances: Sequence[float], width: float
) -> Iterator[Sequence[_Letter]]:
    start = end = 0
    used = 0.0
    for place, letter in enumerate(letters):
        if place > start and _may_part(letters[place - 1].text, letter.text):
            end = place
        used += advances[place]
        if used > width and place > start and not letter.text.isspace():
            # If no word ends, the line ends before the first letter that does not fit.
            end = end if end > start else place
            yield letters[start:end]
            start, used = end, sum(advances[end : place + 1])
    yield letters[start:]


def _may_part(before: str, after: str) -> bool:
    if before.isspace():
        return True
    kinds = unicodedata.category(before[0]), unicodedata.category(after[0])
    if kinds[0] in _OPENING or kinds[1] in _CLOSING or after.isspace():
        return False
    return _is_ideograph(before) or _is_ideograph(after)


def _is_ideograph(cluster: str) -> bool:
    # Hangul is wide too, but breaks between words.
    is_wide = unicodedata.east_asian_width(cluster[0]) in "WF"
    return is_wide and "HANGUL" not in unicodedata.name(cluster[0], "")


def _draw(line: Sequence[_Letter], weight: Weight) -> Line:
    while line and line[-1].text.isspace():
        line = line[:-1]
    data: list[str] = []
    at = 0.0
    for run in _reorder(list(_group(line))):
        font = run[0].font
        for glyph in _shape(run, weight):
            pen = _Pen(data, UNITS_PER_EM / font.units_per_em, at + glyph.across, glyph.up)
            font.weigh(weight).draw_glyph(glyph.number, _PENS, pen)
            at += glyph.advance
    return Line(text="".join(each.text for each in line), path="".join(data), width=at)


def _reorder(runs: list[list[_Letter]]) -> list[list[_Letter]]:
    """Turn runs around from the deepest level to the lowest odd one (UAX 9, rule L2)."""
    highest = max((run[0].level for run in runs), default=0)
    for level in range(highest, 0, -1):
        turned: list[list[_Letter]] = []
        for is_deep, some in groupby(runs, key=lambda run: run[0].level >= level):
            part = list(some)
            turned += reversed(part) if is_deep else part
        runs = turned
    return runs


@dataclass(frozen=True, slots=True)
class _Pen:
    data: list[str]
    scale: float
    left: float
    up: float

    def write(self, command: str, *points: float) -> None:
        """Add a command; an SVG's y runs down."""
        pairs = zip(points[::2], points[1::2], strict=True)
        numbers = (
            f"{self.left + x * self.scale:.1f} {-self.up - y * self.scale:.1f}"
            for x, y in pairs
        )
        self.data.append(command + " ".join(numbers))


def _make_pens() -> hb.DrawFuncs:
    pens = hb.DrawFuncs()
    pens.set_move_to_func(lambda x, y, pen: pen.write("M", x, y))
    pens.set_line_to_func(lambda x, y, pen: pen.write("L", x, y))
    pens.set_quadratic_to_func(lambda *at: at[4].write("Q", *at[:4]))
    pens.set_cubic_to_func(lambda *at: at[6].write("C", *at[:6]))
    pens.set_close_path_func(lambda pen: pen.write("Z"))
    return pens


_PENS = _make_pens()
