"""Characters that are not text: the byte order mark, and replacements of lost bytes."""

from collections.abc import Iterator

from qr.errors import Deviation, Kind, Weight

MARK = "\ufeff"
_MARK_FOUND = Deviation(
    "", Kind.CHARACTERS, "no byte order mark stands before the text", "U+FEFF", Weight.TOLERABLE
)
_LOST = "\ufffd"


def split_mark(text: str) -> tuple[str, str]:
    """Return the marks before a text, often none, and the text without them."""
    bare = text.lstrip(MARK)
    return text[: len(text) - len(bare)], bare


def check_marks(text: str) -> Iterator[Deviation]:
    """Remark on a mark before the text, and on letters that were lost on the way."""
    mark, bare = split_mark(text)
    if mark:
        yield _MARK_FOUND
    if _LOST in bare:
        rule = "every letter is of the character set that the code names"
        yield Deviation("", Kind.CHARACTERS, rule, "U+FFFD", offset=text.index(_LOST))
