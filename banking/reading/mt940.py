"""MT940: the statement of SWIFT, in lines that begin with a tag between colons."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import IO

from django.utils.translation import gettext

from banking.errors import StatementUnreadable
from banking.reading.amounts import read_decimal
from banking.reading.lines import Head, Line, Reading, drop_nothing
from banking.reading.mt940_texts import read_details

_TAG = re.compile(r":(\d{2}[A-Z]?):(.*)")
_BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})(\d{1,15}[,.]\d{0,3})")
# Value date, booking day, sign, funds code, amount, kind, the two references. R is a reversal:
# RC takes money back out. E is expected, and not booked.
_MOVE = re.compile(
    r"(?P<valued>\d{6})(?P<booked>\d{4})?(?P<mark>[RE]?[CD])(?P<funds>[A-Z])?"
    r"(?P<amount>\d{1,15}[,.]\d{0,3})(?P<kind>[A-Z][A-Z0-9]{3})(?P<rest>.*)"
)
_SIGNS = {"C": 1, "D": -1, "RC": -1, "RD": 1, "EC": 1, "ED": -1}
_CHARGES = frozenset({"NCHG", "FCHG", "SCHG", "NCOM", "FCOM", "SCOM"})
_ENCODINGS = ("utf-8-sig", "cp1252")
_TEXT_LINES_MAX = 12


@dataclass(slots=True)
class _Field:
    """A tag with the lines that belong to it."""

    tag: str
    line: int
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.texts[0] if self.texts else ""


def is_mt940(start: bytes) -> bool:
    """Return whether a file begins like MT940: with its tag 20, or with SWIFT's own blocks."""
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    return text.startswith((b":20:", b"{1:", b"{4:", b":25:")) or b"\n:20:" in text


def read_mt940(file: IO[bytes]) -> Reading:
    """Yield the heads and lines of an MT940 file, one statement in memory at a time.

    Raises:
        StatementUnreadable: with the line and the tag.
    """
    statement: list[_Field] = []
    count = 0
    for each in _list_fields(file):
        if each.tag == "20" and statement:
            yield from _read_statement(statement)
            statement, count = [], count + 1
        statement.append(each)
    if statement:
        yield from _read_statement(statement)
    elif count == 0:
        raise StatementUnreadable(gettext("there is no statement in it."), line=1)


def _list_fields(file: IO[bytes]) -> Iterator[_Field]:
    known: _Field | None = None
    for number, raw in enumerate(file, start=1):
        text = _unwrap(_decode(raw).rstrip("\r\n"))
        found = _TAG.match(text)
        if found:
            if known is not None:
                yield known
            known = _Field(found[1], number, [found[2]])
        elif text:
            _go_on(known, text, line=number)
    if known is not None:
        yield known


def _unwrap(text: str) -> str:
    # What stands around a message: {1:F01...}{2:...}{4: before it, -} behind it.
    if text.startswith("{"):
        return text.rpartition("{4:")[2] if "{4:" in text else ""
    return "" if text.startswith("-}") or text.strip() in {"", "-"} else text


def _go_on(known: _Field | None, text: str, *, line: int) -> None:
    if known is None:
        raise StatementUnreadable(gettext("this is not MT940."), line=line)
    if len(known.texts) > _TEXT_LINES_MAX:
        words = gettext("the field has more lines than MT940 allows.")
        raise StatementUnreadable(words, line=line, field=f":{known.tag}:")
    known.texts.append(text)


def _decode(raw: bytes) -> str:
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _read_statement(fields: list[_Field]) -> Reading:
    first = fields[0]
    named = {each.tag: each for each in fields}
    account = _need(named, ("25", "25P"), first).text.strip()
    opening = _need(named, ("60F", "60M"), first)
    closing = _need(named, ("62F", "62M"), fields[-1])
    opened, _, currency = _read_balance(opening)
    closed, closed_on, closing_currency = _read_balance(closing)
    if closing_currency != currency:
        words = gettext("it closes in %(closing)s, but opens in %(opening)s.")
        facts = {"closing": closing_currency, "opening": currency}
        raise StatementUnreadable(words % facts, line=closing.line, field=f":{closing.tag}:")
    number = named.get("28C", named.get("28"))
    yield Head(
        format="MT940",
        statement_id=(number.text if number else first.text).strip()[:35],
        account=account,
        currency=currency,
        opening_minor=opened,
        closing_minor=closed,
        closed_on=closed_on,
        goes_on=opening.tag == "60M",
        is_continued=closing.tag == "62M",
        line=first.line,
    )
    for place, each in enumerate(fields):
        if each.tag == "61":
            behind = fields[place + 1] if place + 1 < len(fields) else None
            text = behind if behind is not None and behind.tag == "86" else None
            yield _read_move(each, text, currency=currency)


def _need(named: dict[str, _Field], tags: tuple[str, ...], near: _Field) -> _Field:
    for tag in tags:
        if tag in named:
            return named[tag]
    words = gettext("the statement has no field :%(tag)s:, so it may be half a file.")
    raise StatementUnreadable(words % {"tag": tags[0]}, line=near.line, field=f":{tags[0]}:")


def _read_balance(given: _Field) -> tuple[int, date, str]:
    found = _BALANCE.match(given.text.strip())
    place = f":{given.tag}:"
    if found is None:
        words = gettext("“%(text)s” is no balance.") % {"text": given.text[:40]}
        raise StatementUnreadable(words, line=given.line, field=place)
    minor = _read_amount(found[4], found[3], line=given.line, field=place)
    day = _read_day(found[2], line=given.line, field=place)
    return (minor if found[1] == "C" else -minor), day, found[3]


def _read_move(given: _Field, text: _Field | None, *, currency: str) -> Line:
    found = _MOVE.fullmatch(given.text.rstrip())
    if found is None:
        words = gettext("“%(text)s” is no entry.") % {"text": given.text[:60]}
        raise StatementUnreadable(words, line=given.line, field=":61:")
    minor = _read_amount(found["amount"], currency, line=given.line, field=":61:")
    amount_minor = _SIGNS[found["mark"]] * minor
    valued_on = _read_day(found["valued"], line=given.line, field=":61:")
    own, _, banks = found["rest"].partition("//")
    detail = read_details(
        [*(text.texts if text else []), *([] if text else given.texts[1:])],
        amount_minor=amount_minor,
        reference=drop_nothing(own.strip()),
    )
    return Line(
        amount_minor=amount_minor,
        booked_on=_find_booking_day(found["booked"], valued_on, line=given.line),
        valued_on=valued_on,
        is_booked=not found["mark"].startswith("E"),
        is_charge=found["kind"] in _CHARGES,
        is_reversal=found["mark"].startswith("R"),
        bank_reference=drop_nothing(banks.strip())[:35],
        details=(detail,),
        line=given.line,
    )


def _find_booking_day(text: str | None, valued_on: date, *, line: int) -> date:
    """Return the day of an MMDD near the value date, which may be in another year."""
    if text is None:
        return valued_on
    days = []
    for year in (valued_on.year - 1, valued_on.year, valued_on.year + 1):
        try:
            days.append(date(year, int(text[:2]), int(text[2:])))
        except ValueError:
            continue
    if not days:
        words = gettext("“%(text)s” is not a day.") % {"text": text}
        raise StatementUnreadable(words, line=line, field=":61:")
    return min(days, key=lambda day: abs(day - valued_on))


def _read_day(text: str, *, line: int, field: str) -> date:
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError:
        words = gettext("“%(text)s” is not a date.") % {"text": text}
        raise StatementUnreadable(words, line=line, field=field) from None


def _read_amount(text: str, currency: str, *, line: int, field: str) -> int:
    return read_decimal(text.replace(",", "."), currency, line=line, field=field)
