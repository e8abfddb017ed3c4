"""EMVCo QRCPS MPM 1.1 as tables: every data object, its form, and what objects agree on."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from qr.amounts import find_currency, is_amount, is_zero, parse_amount
from qr.errors import Deviation, Kind, Weight
from qr.rules import PRINTABLE, Rule, Values, may, must, never

TEMPLATE_IDS = tuple(f"{number:02}" for number in range(26, 52))
CARD_IDS = tuple(f"{number:02}" for number in range(2, 26))
ACCOUNT_IDS = CARD_IDS + TEMPLATE_IDS
UNRESERVED_IDS = tuple(f"{number}" for number in range(80, 100))
NESTED_IDS = frozenset((*TEMPLATE_IDS, "62", "64", *UNRESERVED_IDS))
GUID_IDS = frozenset((*TEMPLATE_IDS, *UNRESERVED_IDS))
PAYMENT_SYSTEM_IDS = frozenset(f"{number}" for number in range(50, 100))
NETWORKS = {
    "02": "visa", "03": "visa", "04": "mastercard", "05": "mastercard", "09": "discover",
    "10": "discover", "11": "amex", "12": "amex", "13": "jcb", "14": "jcb", "15": "unionpay",
    "16": "unionpay",
}  # fmt: skip
_TOLERABLE = Weight.TOLERABLE


class Form(NamedTuple):
    """The characters of a value: N digits, A the common character set, S any text."""

    alphabet: str
    least: int
    most: int


_ANY = Form("S", 1, 99)
_LABEL = Form("A", 1, 25)
_RESERVED = "this name is reserved for EMVCo"
ROOT = {
    **dict.fromkeys(CARD_IDS, Form("A", 1, 99)),
    "00": Form("N", 2, 2), "01": Form("N", 2, 2), "52": Form("N", 4, 4),
    "53": Form("N", 3, 3), "54": Form("A", 1, 13), "55": Form("N", 2, 2),
    "56": Form("A", 1, 13), "57": Form("A", 1, 5), "58": Form("A", 2, 2),
    "59": Form("A", 1, 25), "60": Form("A", 1, 15), "61": Form("A", 1, 10),
    "63": Form("A", 4, 4),
}  # fmt: skip
ADDITIONAL = {
    **{f"{number:02}": _LABEL for number in range(1, 9)},
    "09": Form("A", 1, 3), "10": Form("A", 1, 20), "11": Form("A", 3, 3),
}  # fmt: skip
LANGUAGE = {"00": Form("A", 2, 2), "01": Form("S", 1, 25), "02": Form("S", 1, 15)}
_GUID = Form("A", 1, 32)


def find_form(path: str) -> Form:
    """Return the form of an object by its path."""
    parent, _, child = path.rpartition("-")
    if not parent:
        return ROOT.get(child, _ANY)
    if parent == "62":
        return ADDITIONAL.get(child, _ANY)
    if parent == "64":
        return LANGUAGE.get(child, _ANY)
    return _GUID if child == "00" else _ANY


# Every path that is fixed or was looked up; there are at most 100 x 100.
_FORMS: dict[str, Form] = {}
_NAMES = {"N": "digits", "A": "characters from blank to tilde", "S": "characters"}
# Paths that deployed codes get wrong without paying the wrong payee.
_LENIENT_PATHS = frozenset({"59", "60", "61"})
# Mandatory, and empty as good as absent.
_INDISPENSABLE_PATHS = frozenset({"52", "53"})
# The names by which people recognize the payee.
_NAME_PATHS = frozenset({"59", "60", "64-01", "64-02"})
_is_legible = re.compile(f"{PRINTABLE}*").fullmatch


def check_form(path: str, value: str, offset: int) -> Iterator[Deviation]:
    """Yield the faults of a value's length and characters."""
    form = _FORMS.get(path)
    if form is None:
        form = _FORMS[path] = find_form(path)
    alphabet, least, most = form
    if not least <= len(value) <= most:
        span = f"{least}" if least == most else f"{least} to {most}"
        rule = f"the value has {span} characters"
        yield Deviation(path, Kind.LENGTH, rule, f"{len(value)}", _weigh(path, value), offset)
    fits = (
        (value.isascii() and value.isdigit())
        if alphabet == "N"
        else (value.isascii() and value.isprintable())
        if alphabet == "A"
        else _is_text(value)
    )
    if value and not fits:
        rule = f"the value consists of {_NAMES[alphabet]}"
        weight = _weigh(path, value)
        yield Deviation(path, Kind.CHARACTERS, rule, repr(value[:40]), weight, offset)
    if path in _NAME_PATHS and _is_legible(value) is None:
        rule = "a name has nothing that controls or turns the direction of reading"
        yield Deviation(path, Kind.VALUE, rule, repr(value[:40]), offset=offset)


def _is_text(value: str) -> bool:
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)


def _weigh(path: str, value: str) -> Weight:
    empty = not value and path not in _INDISPENSABLE_PATHS
    lenient = path in _LENIENT_PATHS or len(path) > 2 or empty
    return _TOLERABLE if lenient else Weight.FATAL


_FEE = re.compile(r"[0-9]{1,2}(?:\.[0-9]{0,2})?|[0-9](?:\.[0-9]{0,3})?")
_DATA_REQUEST = r"(?!.*(.).*\1)[AME]{1,3}"


def _is_percentage(text: str) -> bool:
    return _FEE.fullmatch(text) is not None and not is_zero(text)


def _is_fixed_fee(values: Values) -> bool:
    return values.get("55") == "02"


def _is_percentage_fee(values: Values) -> bool:
    return values.get("55") == "03"


def _is_other(choice: str) -> "_Other":
    return _Other(choice)


class _Other(NamedTuple):
    choice: str

    def __call__(self, values: Values) -> bool:
        return values.get("55") != self.choice


def _has_language(values: Values) -> bool:
    return "64" in values


def _is_not_zero(text: str) -> bool:
    return not is_amount(text) or not is_zero(text)


class _Finer(NamedTuple):
    path: str

    def __call__(self, values: Values) -> bool:
        amount = values.get(self.path, "")
        if "." not in amount or not is_amount(amount):
            return False
        currency = find_currency(values.get("53", ""))
        return bool(currency) and parse_amount(amount, currency) is None


_AMOUNT = "an amount is digits with at most one point"
_NOT_ZERO = "an amount is more than zero"
_LENIENT = {"weight": _TOLERABLE}
_FINER = "an amount has no more decimals than its currency"
_NOTED = {"kind": Kind.VALUE, "weight": Weight.NOTE}

VALUES: tuple[Rule, ...] = (
    must("00", "01", "the payload format indicator comes first and is 01"),
    may("01", "11|12", "the point of initiation is 11 (static) or 12 (dynamic)", **_LENIENT),
    must("52", None, "a merchant category code is mandatory"),
    must("53", None, "a currency is mandatory"),
    may("54", is_amount, _AMOUNT),
    may("54", _is_not_zero, _NOT_ZERO, **_LENIENT),
    never("54", _FINER, when=_Finer("54"), **_NOTED),
    never("56", _FINER, when=_Finer("56"), **_NOTED),
    may("55", "0[123]", "the tip indicator is 01, 02 or 03", **_LENIENT),
    must("56", is_amount, "a fixed fee goes with tip indicator 02", when=_is_fixed_fee),
    may("56", _is_not_zero, "a fixed fee is more than zero", when=_is_fixed_fee),
    never("56", "a fixed fee goes with tip indicator 02", when=_is_other("02"),
          kind=Kind.AGREEMENT),
    must("57", _is_percentage, "a percentage from 00.01 to 99.99 goes with tip indicator 03",
         when=_is_percentage_fee),
    never("57", "a percentage goes with tip indicator 03", when=_is_other("03"),
          kind=Kind.AGREEMENT),
    must("58", "[A-Z]{2}", "a country (ISO 3166-1 alpha-2) is mandatory"),
    must("59", None, "a merchant name is mandatory"),
    must("60", None, "a merchant city is mandatory"),
    must("64-00", "[A-Za-z]{2}", "a language (ISO 639-1) is mandatory in 64",
         when=_has_language, **_LENIENT),
    must("64-01", None, "a merchant name is mandatory in 64", when=_has_language, **_LENIENT),
    may("62-09", _DATA_REQUEST, "what is asked of the consumer is of A, M, E, once each",
        **_LENIENT),
    may("62-11", "[0-7][0-3][0-3]", "a channel is medium 0-7, location 0-3, presence 0-3",
        **_LENIENT),
)  # fmt: skip


def list_reserved(path: str) -> Iterator[str]:
    """Yield why a name must not be written, if so."""
    parent, _, child = path.rpartition("-")
    if (
        (not parent and "65" <= child <= "79")
        or (parent == "62" and (child == "00" or "12" <= child <= "49"))
        or (parent == "64" and child > "02")
    ):
        yield _RESERVED
