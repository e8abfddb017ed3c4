"""A receipt printer on paper: reads ESC/POS by Epson's reference, and knows nothing of ours."""

from dataclasses import dataclass, field

# `ESC t` of the TM series.
PAGES = {
    0: "cp437",
    16: "cp1252",
    17: "cp866",
    18: "cp852",
    19: "cp858",
    45: "cp1250",
    46: "cp1251",
    47: "cp1253",
    48: "cp1254",
    51: "cp1257",
}
# How many bytes follow a command of two.
_LENGTHS = {
    b"\x1b@": 0,
    b"\x1c.": 0,
    b"\x1bE": 1,
    b"\x1ba": 1,
    b"\x1bt": 1,
    b"\x1bd": 1,
    b"\x1d!": 1,
    b"\x1dV": 2,
    b"\x1bp": 3,
}
_NAMED = {b"\x1d!": "size", b"\x1dV": "cut", b"\x1bp": "kick"}


@dataclass
class Paper:
    """What came out: lines, pictures as rows of dots, codes, and what else was done."""

    lines: list[str] = field(default_factory=list)
    pictures: list[list[str]] = field(default_factory=list)
    codes: list[bytes] = field(default_factory=list)
    done: list[tuple[str, bytes]] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    line: str = ""
    stored: bytes = b""
    page: str = "cp437"


def read_escpos(sent: bytes) -> Paper:
    """Print; whatever no printer of the series knows is a mistake."""
    paper = Paper()
    while sent:
        sent = _read_next(paper, sent)
    assert not paper.line, "the last line was never printed"
    return paper


def _read_next(paper: Paper, sent: bytes) -> bytes:
    command, rest = sent[:2], sent[2:]
    if sent[0] >= 0x20:
        paper.line += sent[:1].decode(paper.page)
        return sent[1:]
    if sent[:1] == b"\n":
        paper.lines.append(paper.line)
        paper.line = ""
        return sent[1:]
    if command == b"\x1dv":
        return _read_picture(paper, rest)
    if command == b"\x1d(":
        return _read_code(paper, rest)
    length = _LENGTHS[command]
    _obey(paper, command, rest[:length])
    return rest[length:]


def _obey(paper: Paper, command: bytes, given: bytes) -> None:
    if command == b"\x1bt":
        paper.page = PAGES[given[0]]
        paper.pages.append(given[0])
    if command == b"\x1bd":
        paper.lines += [""] * given[0]
    if command == b"\x1dV":
        assert given[0] in (65, 66), "a cut that does not feed"
    if command in _NAMED:
        paper.done.append((_NAMED[command], given))


def _read_picture(paper: Paper, rest: bytes) -> bytes:
    wide, high = (int.from_bytes(rest[at : at + 2], "little") for at in (2, 4))
    dots, after = rest[6 : 6 + wide * high], rest[6 + wide * high :]
    assert rest[:2] == b"0\x00"
    assert len(dots) == wide * high
    rows = (dots[row * wide : (row + 1) * wide] for row in range(high))
    paper.pictures.append(["".join(f"{byte:08b}" for byte in row) for row in rows])
    paper.lines.append("[picture]")
    return after


def _read_code(paper: Paper, rest: bytes) -> bytes:
    length = int.from_bytes(rest[1:3], "little")
    given = rest[3 : 3 + length]
    assert rest[:1] == b"k"
    if given[:3] == b"1P0":
        paper.stored = given[3:]
    if given[:3] == b"1Q0":
        paper.codes.append(paper.stored)
        paper.lines.append("[code]")
    return rest[3 + length :]
