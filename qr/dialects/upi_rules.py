"""The table of rules for UPI links.

Source: NPCI, UPI Linking Specifications 1.6, and its later modes as participants document
them.
"""

from base64 import b64decode
from datetime import datetime, timedelta, timezone

from qr.amounts import is_zero, parse_amount
from qr.errors import Kind, Weight
from qr.payment import Initiation
from qr.rules import Values, may, must, never

SIGNED_MODES = frozenset({"02", "05"})
DYNAMIC_MODES = frozenset({"15", "16", "22"})
STATIC_MODES = frozenset({"01", "02"})
_INDIA = timezone(timedelta(hours=5, minutes=30))
_AMOUNT = r"[0-9]{1,15}(?:\.[0-9]{1,2})?"
_TOLERABLE = Weight.TOLERABLE


def _is_base64(text: str) -> bool:
    try:
        return bool(b64decode(text, validate=True))
    except ValueError:
        return False


def _is_time(text: str) -> bool:
    return not text or parse_time(text) is not None


def parse_time(text: str) -> datetime | None:
    """Return an instant of ISO 8601, of India's time if it names none; None if it is none."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=_INDIA)


def is_stated(name: str, text: str) -> bool:
    """Return whether a parameter says anything: an empty one counts as absent.

    So does an amount of `null`, as scripts write it; a name of these letters is a name.
    """
    return bool(text) and not (name in {"am", "mam"} and text == "null")


def _is_signed(values: Values) -> bool:
    return values.get("mode") in SIGNED_MODES


def find_initiation(mode: str) -> Initiation:
    """Return by the mode whether a link was made for one payment."""
    if mode in DYNAMIC_MODES:
        return Initiation.DYNAMIC
    return Initiation.STATIC if mode in STATIC_MODES else Initiation.UNKNOWN


def _is_dynamic(values: Values) -> bool:
    return values.get("mode") in DYNAMIC_MODES


def _is_more_than_zero(text: str) -> bool:
    return text in {"", "null"} or not is_zero(text)


def _is_least_above(values: Values) -> bool:
    least, amount = (parse_amount(values.get(name, ""), "INR") for name in ("mam", "am"))
    return least is not None and amount is not None and least > amount


RULES = (
    must("pa", r"[A-Za-z0-9._-]{2,256}@[A-Za-z][A-Za-z0-9.-]{1,63}",
         "a payee address is name@handle, and the handle starts with a letter"),
    must("pn", "(?! *$).+", "a payee name is mandatory", weight=_TOLERABLE),
    may("am", f"(?:{_AMOUNT}|null)?", "an amount is rupees with up to two decimals"),
    may("am", _is_more_than_zero, "an amount is more than zero", weight=_TOLERABLE),
    may("am", "(?!null).*", "without amount the parameter is empty", weight=_TOLERABLE),
    must("am", ".+", "a dynamic code has an amount", when=_is_dynamic, weight=_TOLERABLE),
    # The specification's own example has mam=null.
    may("mam", f"(?:{_AMOUNT}|null)?", "a least amount is rupees with up to two decimals"),
    never("mam", "a least amount is at most the amount", when=_is_least_above,
          kind=Kind.AGREEMENT),
    may("cu", "(?i:INR)?", "the currency is INR"),
    may("cu", "[A-Z]*", "the currency is written in capitals", weight=_TOLERABLE),
    must("tr", ".+", "a dynamic code has a reference", when=_is_dynamic, weight=_TOLERABLE),
    may("tr", ".{0,35}", "a reference has up to 35 characters"),
    may("mc", "(?:[0-9]{4})?", "a category has four digits"),
    may("mode", "(?:[0-9]{2})?", "a mode has two digits"),
    may("orgid", "(?:[0-9]{6})?", "an organisation has six digits", weight=_TOLERABLE),
    may("purpose", "(?:[0-9A-Za-z]{2})?", "a purpose has two characters", weight=_TOLERABLE),
    may("tid", ".{0,35}", "a transaction has up to 35 characters", weight=_TOLERABLE),
    *(may(name, ".{0,20}", "an identifier of the merchant has up to 20 characters",
          weight=_TOLERABLE) for name in ("mid", "msid", "mtid")),
    *(may(name, "(?:(?i:https?)://.+)?", "an address starts with http:// or https://",
          weight=_TOLERABLE) for name in ("url", "refUrl")),
    *(may(name, _is_time, "a time is one of ISO 8601", weight=_TOLERABLE)
      for name in ("QRts", "QRexpire")),
    must("sign", ".+", "a signed mode has a signature", when=_is_signed, weight=_TOLERABLE),
    may("sign", _is_base64, "a signature is base64"),
)  # fmt: skip
