"""The query of a payment link: names and values in their order, by RFC 3986."""

import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from qr.errors import Deviation, Kind, Weight
from qr.rules import PRINTABLE

_BAD_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
_RAW = re.compile(r"[^A-Za-z0-9._~!$'()*+,;:@/?=%-]")
# What HTML writes for an ampersand, once or, by a template in a template, several times.
_ESCAPED_AS_HTML = re.compile("&(?:amp;|#38;|#x26;)+", re.IGNORECASE)
_PRINTABLE = re.compile(f"{PRINTABLE}*")


def split_parameters(
    query: str, *, plus: str, prefix: str = ""
) -> tuple[dict[str, str], tuple[Deviation, ...]]:
    """Return the decoded parameters, and the deviations in how they are written.

    `plus` is what a raw plus sign stands for: itself by RFC 3986, a blank in forms. Of a
    repeated name the first value is kept. `prefix` goes before names in deviations.
    """
    parameters: dict[str, str] = {}
    deviations: list[Deviation] = []
    joined = unescape_ampersands(query)
    if joined != query:
        rule = "parameters are joined by &, not by &amp; as in HTML"
        kind, weight = Kind.STRUCTURE, Weight.TOLERABLE
        deviations.append(Deviation(prefix.rstrip("-"), kind, rule, weight=weight))
    for piece in joined.split("&"):
        raw_name, equals, value = piece.partition("=")
        name = _decode(raw_name, plus)
        if not (name and equals):
            rule = "a query is names and values: name=value&name=value"
            weight = Weight.TOLERABLE
            path = prefix + name if name else prefix.rstrip("-")
            deviations.append(Deviation(path, Kind.STRUCTURE, rule, "", weight))
        if not name:
            continue
        if name in parameters:
            rule = "a parameter is there once"
            deviations.append(Deviation(prefix + name, Kind.DUPLICATE, rule))
            continue
        parameters[name] = _decode(value, plus)
        deviations += _check_text(prefix + name, raw_name, name)
        deviations += _check_text(prefix + name, value, parameters[name])
    return parameters, tuple(deviations)


def unescape_ampersands(query: str) -> str:
    """Return the query with `&` for each ampersand that is escaped as in HTML."""
    return _ESCAPED_AS_HTML.sub("&", query)


def _decode(text: str, plus: str) -> str:
    # A lone surrogate has no bytes in UTF-8; it comes back as the replacement character.
    raw = text.replace("+", plus).encode("utf-8", "surrogatepass")
    return unquote_to_bytes(raw).decode("utf-8", "replace")


def _check_text(path: str, raw: str, text: str) -> Iterator[Deviation]:
    kind = Kind.CHARACTERS
    if _BAD_ESCAPE.search(raw):
        rule = "a percent sign is followed by two hexadecimal digits"
        yield Deviation(path, kind, rule, _BAD_ESCAPE.split(raw)[0][-20:] + "%")
    elif "\ufffd" in text and "%EF%BF%BD" not in raw.upper():
        yield Deviation(path, kind, "percent-escapes are bytes of UTF-8")
    if not _PRINTABLE.fullmatch(text):
        yield Deviation(path, kind, "names and values have no control characters")
    elif found := _RAW.search(raw.replace("|", "")):
        rule = "blanks and letters beyond ASCII are percent-encoded"
        yield Deviation(path, kind, rule, repr(found[0]), Weight.TOLERABLE)
    elif "|" in raw:
        # UPI's specification has taxes as CGST:08.45|SGST:08.45, whatever RFC 3986 says.
        yield Deviation(path, kind, "a vertical bar is percent-encoded", "", Weight.NOTE)
