"""Common to formats of one element per line: line ends, kept as they were."""

from collections.abc import Iterable

from qr.errors import Deviation, Kind, PayloadInvalid, Weight

LF, CR_LF, CR = "\n", "\r\n", "\r"


def split_lines(text: str) -> tuple[list[str], str, tuple[Deviation, ...]]:
    """Return the lines, the line end, and what is wrong with the line ends.

    Two kinds of line ends are fatal: the writer's lines are ambiguous. Bare CR, as written by
    old generators, is tolerable.
    """
    end = CR_LF if CR_LF in text else LF if LF in text else CR
    lines = text.split(end)
    rule = "all lines end alike, with LF or with CR LF"
    if any("\n" in line or "\r" in line for line in lines):
        return lines, end, (Deviation("", Kind.STRUCTURE, rule),)
    if end == CR and len(lines) > 1:
        weight = Weight.TOLERABLE
        return lines, end, (Deviation("", Kind.STRUCTURE, rule, "CR", weight),)
    return lines, end, ()


def check_tail(tail: Iterable[str]) -> Iterable[Deviation]:
    """Remark on lines after the last element; empty ones are deployed and harmless."""
    lines = list(tail)
    if any(lines):
        rule = "nothing follows the last element"
        yield Deviation("", Kind.LENGTH, rule, f"{len(lines)} more lines")
    elif lines:
        rule = "no line end follows the last element"
        detail = f"{len(lines)} more line ends"
        yield Deviation("", Kind.STRUCTURE, rule, detail, Weight.TOLERABLE)


def pack_layout(end: str, tail: Iterable[str]) -> str:
    """Put the line end and the lines after the last element into one string."""
    return end + "".join(end + line for line in tail)


def unpack_layout(layout: str) -> tuple[str, str]:
    """Return the line end, and what is to be written after the last element."""
    end = next((each for each in (CR_LF, LF, CR) if layout.startswith(each)), LF)
    return end, layout.removeprefix(end)


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
