"""A slip for a receipt printer: a small tree of parts, laid out in lines of letters."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from pos.print.code_pages import Model
from pos.print.fonts import split_clusters

# Of paper that is 80 and 58 mm wide: letters of 12 dots, 8 dots a millimetre.
COLUMNS = (48, 32)
DOTS = 12
_LABEL_MIN = 8
_BELOW = "  "


class Side(StrEnum):
    """Where a text stands in its place."""

    START = "start"
    CENTRE = "centre"
    END = "end"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str
    side: Side = Side.START
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A label, its amounts at the other side, and small print below the label."""

    label: str
    amounts: tuple[str, ...]
    below: tuple[str, ...] = ()
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows whose amounts stand below one another."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """The sum, twice as wide and as high as the rest."""

    label: str
    amount: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across."""


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code."""

    text: str


@dataclass(frozen=True, slots=True)
class Feed:
    """Blank lines."""

    lines: int = 1


@dataclass(frozen=True, slots=True)
class Cut:
    """The end: paper moves on to the blade, and is cut."""


@dataclass(frozen=True, slots=True)
class Kick:
    """Opens the cash drawer."""


Part = Text | Table | Total | Rule | Code | Feed | Cut | Kick


@dataclass(frozen=True, slots=True)
class Slip:
    """What is printed, from top to bottom; it begins at the right in scripts that do."""

    parts: tuple[Part, ...]
    language: str = "en"
    country: str = ""
    from_right: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A text at a place of its line, in columns."""

    text: str
    at: int
    width: int
    side: Side = Side.START


@dataclass(frozen=True, slots=True)
class Line:
    """One line of letters; those of a larger scale are as many times as wide and as high."""

    cells: tuple[Cell, ...]
    columns: int
    bold: bool = False
    scale: int = 1

    @property
    def text(self) -> str:
        """The letters from the left edge to the last one."""
        line = ""
        for cell in sorted(self.cells, key=lambda each: each.at):
            line += " " * (cell.at - measure(line)) + _pad(cell)
        return line.rstrip()

    @property
    def words(self) -> str:
        """The letters alone, without blanks between the cells."""
        return "".join(cell.text for cell in self.cells)


Band = Line | Code | Feed | Cut | Kick


def lay_out(slip: Slip, *, columns: int, model: Model) -> list[Band]:
    """Lay a slip out in lines as wide as the paper, spelled in the printer's letters."""
    layout = _Layout(columns, model)
    bands = [band for part in slip.parts for band in layout.lay(part)]
    return [_mirror(band) for band in bands] if slip.from_right else bands


def is_picture(line: Line, model: Model) -> bool:
    """Return whether a line is drawn, because the printer lacks one of its letters."""
    return not model.holds(line.words)


def measure(text: str) -> int:
    """Return how many columns a text takes: marks none, Han and kana two."""
    return sum(_measure_letter(each) for each in text)


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines, between words where that is possible."""
    lines, line = [], ""
    for word in text.split():
        for piece in _break(word, width):
            joined = f"{line} {piece}" if line else piece
            if line and measure(joined) > width:
                lines.append(line)
                joined = piece
            line = joined
    return [*lines, line] if line else lines


class _Layout:
    def __init__(self, columns: int, model: Model) -> None:
        self.columns = columns
        self._spell = model.spell

    def lay(self, part: Part) -> Iterator[Band]:
        match part:
            case Text():
                yield from self._lay_text(part)
            case Table():
                yield from self._lay_table(part)
            case Total():
                yield from self._lay_total(part)
            case Rule():
                yield self._line(Cell("-" * self.columns, 0, self.columns))
            case Code() | Feed() | Cut() | Kick():
                yield part

    def _lay_text(self, part: Text) -> Iterator[Band]:
        for each in wrap(self._spell(part.text), self.columns):
            yield self._line(Cell(each, 0, self.columns, part.side), bold=part.bold)

    def _lay_table(self, part: Table) -> Iterator[Band]:
        rows = [
            replace(
                row,
                label=self._spell(row.label),
                amounts=tuple(self._spell(each) for each in row.amounts),
                below=tuple(self._spell(each) for each in row.below),
            )
            for row in part.rows
        ]
        widths = [
            max(map(measure, column))
            for column in zip(*(row.amounts for row in rows), strict=True)
        ]
        for row in rows:
            yield from self._lay_row(row, widths, columns=self.columns)

    def _lay_total(self, part: Total) -> Iterator[Band]:
        row = Row(self._spell(part.label), (self._spell(part.amount),), bold=True)
        half = self.columns // 2
        for line in self._lay_row(row, [measure(row.amounts[0])], columns=half):
            yield replace(line, scale=2)

    def _lay_row(self, row: Row, widths: Sequence[int], *, columns: int) -> Iterator[Line]:
        room = columns - sum(widths) - len(widths)
        is_narrow = room < min(_LABEL_MIN, measure(row.label))
        labels = wrap(row.label, columns if is_narrow else room) or [""]
        amounts = tuple(_lay_amounts(row.amounts, widths, columns))
        if is_narrow:
            labels.append("")
        with_amounts = len(labels) - 1 if is_narrow else 0
        for place, label in enumerate(labels):
            own = amounts if place == with_amounts else ()
            first = (Cell(label, 0, columns if not own else max(room, 0)),) if label else ()
            yield Line((*first, *own), columns, bold=row.bold)
        for below in row.below:
            for each in wrap(below, columns - len(_BELOW)):
                indent = len(_BELOW)
                yield Line((Cell(each, indent, columns - indent),), columns)

    def _line(self, cell: Cell, *, bold: bool = False) -> Line:
        return Line((cell,), self.columns, bold=bold)


def _lay_amounts(amounts: Sequence[str], widths: Sequence[int], columns: int) -> Iterator[Cell]:
    at = columns
    for text, width in zip(reversed(amounts), reversed(widths), strict=True):
        # What is wider than the paper is cut by it, and never a line of another amount.
        at = max(at - width, 0)
        yield Cell(text, at, width, Side.END)
        at -= 1


def _mirror(band: Band) -> Band:
    if not isinstance(band, Line):
        return band
    other = {Side.START: Side.END, Side.END: Side.START, Side.CENTRE: Side.CENTRE}
    cells = tuple(
        replace(cell, at=max(band.columns - cell.at - cell.width, 0), side=other[cell.side])
        for cell in band.cells
    )
    return replace(band, cells=cells)


def _pad(cell: Cell) -> str:
    spare = max(cell.width - measure(cell.text), 0)
    before = {Side.START: 0, Side.CENTRE: spare // 2, Side.END: spare}[cell.side]
    return " " * before + cell.text + " " * (spare - before)


def _break(word: str, width: int) -> Iterator[str]:
    piece = ""
    for cluster in split_clusters(word):
        if piece and measure(piece + cluster) > width:
            yield piece
            piece = ""
        piece += cluster
    yield piece


def _measure_letter(letter: str) -> int:
    if unicodedata.category(letter)[0] in "MC":
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
