"""What the formats of one element a line have in common: line ends that keep their place."""

from collections.abc import Iterable

from qr.errors import Deviation, Kind, PayloadInvalid

LF, CR_LF = "\n", "\r\n"


def split_lines(text: str) -> tuple[list[str], str, tuple[Deviation, ...]]:
    """Give the lines, the line end, and whether two kinds of it were mixed."""
    end = CR_LF if CR_LF in text else LF
    lines = text.split(end)
    if any("\n" in line or "\r" in line for line in lines):
        rule = "all lines end alike, with LF or with CR LF"
        return lines, end, (Deviation("", Kind.STRUCTURE, rule),)
    return lines, end, ()


def join_lines(lines: Iterable[tuple[str, str]], end: str) -> str:
    """Put named lines together.

    Raises:
        PayloadInvalid: a value carries a line end and would push the others down.
    """
    values = []
    for name, value in lines:
        if "\n" in value or "\r" in value:
            rule = "a value is one line"
            raise PayloadInvalid.from_deviation(Deviation(name, Kind.CHARACTERS, rule))
        values.append(value)
    return end.join(values)
