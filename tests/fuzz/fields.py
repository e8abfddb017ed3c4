"""Real payloads of which single fields were changed, and everything else made right again.

Damage to a text breaks its check sum or a length, and what stands behind those is then hardly
ever reached; whether what a strict reader accepts can be written again shows here.
"""

import random
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from qr.dialect import Reading
from qr.errors import PayloadInvalid
from qr.registry import DIALECTS
from tests.fuzz.targets import make_input, make_seeds, read_input

WORDS = (
    "", "0", "0.00", "1", "1.", "00.5", "10.50", "01", "02", "11", "12", "99", "***", "null",
    "USD", "eur", "INR", "036", "986", "S", "K", "NON", "SCOR", "QRR", "x@ab", "a b", " x", "é",
    "e\u0301", "\u0958", "\u212a", "ß", "ก", "\U0001f600", "\u202e", "\ufeff", "\ud800", "\n",
    "%", "&", "=", "+", "2026-11-22", "20261122", "1700000000000", "RF18539007547034",
    "CH9300762011623852957", "GB29NWBK60161331926819", "99999999999", "4F", "63", "BF0C",
)  # fmt: skip
ALPHABETS = ("0123456789", "0123456789.", "ABCDEF0123456789", "abc", "aé ก", "e\u0301", " -./")
LENGTHS = (1, 2, 4, 8, 10, 13, 14, 16, 20, 25, 26, 35, 36, 70, 71, 77, 99)
CHANGES_MAX = 3


def make_changed(choice: random.Random) -> Iterator[bytes]:
    """Return inputs without end; the same for the same state of `choice`."""
    readings = _read_seeds()
    while True:
        reading = choice.choice(readings)
        dialect, fields = DIALECTS[reading.format], reading.fields
        for _ in range(choice.randint(1, CHANGES_MAX)):
            fields = change(fields, choice)
        try:
            yield make_input(dialect.name, dialect.serialize(fields, ""))
        except PayloadInvalid:
            # Too long for its length, or on two lines: the format cannot say it at all.
            continue


@cache
def _read_seeds() -> list[Reading]:
    readings = []
    for data in make_seeds():
        dialect, text = read_input(data)
        try:
            reading = dialect.decode(text)
        except PayloadInvalid:
            continue
        # Of what other wallets show, nothing but the number itself can be written.
        if "digits" not in reading.fields:
            readings.append(reading)
    return readings


def change(fields: Any, choice: random.Random) -> Any:
    """Change one thing in a format's fields, however deep, and return the whole again."""
    match fields:
        case str():
            return _change_text(fields, choice)
        case Mapping() if fields:
            return _change_mapping(fields, choice)
        case list() if fields:
            return _change_list(fields, choice)
        case _:
            return fields


def _change_text(text: str, choice: random.Random) -> str:
    alphabet, length = choice.choice(ALPHABETS), choice.choice(LENGTHS)
    drawn = "".join(choice.choice(alphabet) for _ in range(length))
    place = choice.randint(0, len(text))
    return choice.choice(
        [
            choice.choice(WORDS),
            drawn,
            text[:place],
            text[:place] + drawn[:1] + text[place + 1 :],
        ]
    )


def _change_mapping(fields: Mapping[str, Any], choice: random.Random) -> dict[str, Any]:
    changed, name = dict(fields), choice.choice(list(fields))
    match choice.randrange(5):
        case 0 if isinstance(fields[name], str):
            changed.pop(name)
        case 1 if name.isdigit():
            changed[f"{choice.randrange(100):02}"] = fields[name]
        case 2:
            names = list(fields)
            choice.shuffle(names)
            changed = {each: fields[each] for each in names}
        case _:
            changed[name] = change(fields[name], choice)
    return changed


def _change_list(fields: list[Any], choice: random.Random) -> list[Any]:
    place = choice.randrange(len(fields))
    before, item, after = fields[:place], fields[place], fields[place + 1 :]
    match choice.randrange(5):
        case 0:
            return before + after
        case 1:
            return [*before, item, item, *after]
        case _ if isinstance(item, list) and len(item) == 2:
            # A tag and its value, of which the value is text or a list again.
            return [*before, [item[0], change(item[1], choice)], *after]
        case _:
            return [*before, change(item, choice), *after]
