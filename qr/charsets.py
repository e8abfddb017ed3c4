"""Decodes the bytes of a code by the character set that the payload itself names.

Readers guess the set if the symbol names none, and often wrongly: GiroCodes in ISO 8859-5 come
out as Japanese. Bytes outside the named set become the replacement character, which no format
accepts.
"""

import re

from qr.dialects import st00012
from qr.dialects.epc import CHARSETS
from qr.marks import MARK

_EPC = re.compile(rb"BCD(?P<end>\r\n|\n|\r)[^\r\n]*(?P=end)(?P<charset>[1-8])(?P=end)")
_RUSSIAN = re.compile(rb"ST0001(?P<charset>[1-3])[^A-Za-z0-9]")
_MARK_BYTES = MARK.encode()


def read_text(content: bytes, *, guess: str) -> str:
    """Return the text of a code's bytes; `guess` is the reader's own decoding."""
    if content.startswith(_MARK_BYTES):
        # Only a text in UTF-8 has this mark, whatever the payload says.
        return content.decode("utf-8", "replace")
    charset = find_charset(content)
    return content.decode(charset, "replace") if charset else guess


def find_charset(content: bytes) -> str:
    """Return the character set that a payload names, as Python calls it; empty for none."""
    if found := _EPC.match(content):
        return CHARSETS[found["charset"].decode()]
    if found := _RUSSIAN.match(content):
        return st00012.CHARSETS[found["charset"].decode()]
    return ""
