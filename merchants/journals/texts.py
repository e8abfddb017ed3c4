"""Texts of people as a format can take them: in its letters, and no longer than its fields."""

import unicodedata

_MORE = "\N{HORIZONTAL ELLIPSIS}"
_UNKNOWN = "?"
# They end a line or a field for one reader or another.
_BREAKS = {"Cc", "Zl", "Zp"}


class Texts:
    """Fits texts into a format's letters, and keeps those that it had to change.

    `changed` holds each such text with what stands in the file instead.
    """

    def __init__(self, encoding: str, *, swaps: dict[str, str] | None = None) -> None:
        """Begin with no text; `swaps` has letters that a format would misread, and others."""
        self.encoding = encoding
        self.swaps = str.maketrans(swaps or {})
        self.changed: dict[str, str] = {}

    def fit(self, text: str, size: int) -> str:
        """Return a text of at most `size` letters; one that the format lacks becomes `?`."""
        plain = unicodedata.normalize("NFC", text).translate(self.swaps)
        line = " ".join("".join(map(_unbreak, plain)).split())
        known = "".join(map(self._know, line))
        short = known if len(known) <= size else known[: size - 1].rstrip() + _MORE
        if short != text:
            self.changed[text] = short
        return short

    def encode(self, content: str) -> bytes:
        """Return a whole file's content in the format's encoding."""
        return content.encode(self.encoding)

    def _know(self, letter: str) -> str:
        try:
            letter.encode(self.encoding)
        except UnicodeEncodeError:
            return _UNKNOWN
        return letter


def _unbreak(letter: str) -> str:
    return " " if unicodedata.category(letter) in _BREAKS else letter
