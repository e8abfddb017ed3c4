"""PayNow, by mobile number or by UEN.

Source: the PayNow sub-objects as implementers publish them (proxy, editable flag, expiry);
SGQR 1.7 for the fixed values. Times are Singapore's; a date means the end of that day.
"""

from dataclasses import replace
from datetime import datetime, time, timedelta, timezone

from qr.errors import Weight
from qr.mpm_dialect import MpmDialect
from qr.mpm_requests import Places
from qr.mpm_rules import TEMPLATE_IDS
from qr.mpm_templates import Template
from qr.payment import Mutability, PaymentRequest
from qr.rules import Values, may, must

GUID = "SG.PAYNOW"
_ZONE = timezone(timedelta(hours=8))
# Twelve digits, with the year's last two, are in use and in no specification.
_FORMATS = {8: "%Y%m%d", 12: "%y%m%d%H%M%S", 14: "%Y%m%d%H%M%S"}
_UEN = "(?:[0-9]{8}[A-Z]|[0-9]{9}[A-Z]|[RST][0-9]{2}[A-Z]{2}[0-9]{4}[A-Z])"
_TYPE = "the proxy is a mobile number (0) or a UEN (2)"
_MOBILE = "a mobile number is +65 and eight digits"
_ENTITY = "a UEN has 9 or 10 characters, then perhaps a suffix, and 16 at most"
_EXPIRY = "an expiry is YYYYMMDD or YYYYMMDDHHMMSS"


def read_expiry(text: str) -> datetime | None:
    """Return the moment after which the code expires; None if the text is no date."""
    pattern = _FORMATS.get(len(text))
    if pattern is None or not (text.isascii() and text.isdigit()):
        return None
    try:
        moment = datetime.strptime(text, pattern).replace(tzinfo=_ZONE)
    except ValueError:
        return None
    return datetime.combine(moment, time(23, 59, 59), _ZONE) if len(text) == 8 else moment


def _is_expiry(text: str) -> bool:
    return read_expiry(text) is not None


def _is_mobile(values: Values) -> bool:
    return values.get("@-01") == "0"


def _is_entity(values: Values) -> bool:
    return values.get("@-01") == "2"


def _find_place(values: Values) -> str:
    named = (place for place in TEMPLATE_IDS if values.get(f"{place}-00", "").upper() == GUID)
    return next(named, TEMPLATE_IDS[0])


def _tell_type(proxy: str) -> str:
    return "0" if proxy.startswith("+") else "2"


def _refine(request: PaymentRequest, values: Values) -> PaymentRequest:
    place = _find_place(values)
    expires_at = read_expiry(values.get(f"{place}-04", ""))
    flag = values.get(f"{place}-03", "")
    fixed = request.mutability is Mutability.FIXED
    said = {f"{place}-04"} if expires_at else set()
    said |= {f"{place}-03"} if flag == "1" or (flag == "0" and fixed) else set()
    type_said = values.get(f"{place}-01") == _tell_type(values.get(f"{place}-02", ""))
    said |= {f"{place}-01"} if type_said else set()
    return replace(
        request,
        expires_at=expires_at,
        mutability=Mutability.EDITABLE if fixed and flag == "1" else request.mutability,
        extra={path: text for path, text in request.extra.items() if path not in said},
    )


def _finish(request: PaymentRequest, values: dict[str, str]) -> None:
    place = _find_place(values)
    values.setdefault(f"{place}-01", _tell_type(values.get(f"{place}-02", "")))
    fixed = request.mutability is Mutability.FIXED
    values.setdefault(f"{place}-03", "0" if fixed else "1")
    if request.expires_at is not None:
        digits = request.expires_at.astimezone(_ZONE).isoformat()[:19]
        values[f"{place}-04"] = "".join(each for each in digits if each.isdigit())


DIALECT = MpmDialect(
    name="paynow",
    title="PayNow",
    currencies=("SGD",),
    countries=("SG",),
    templates=(
        Template(
            ids=TEMPLATE_IDS,
            guid=GUID,
            accounts={"02": "proxy"},
            rules=(
                must("01", "[0-3]", _TYPE),
                may("01", "[02]", _TYPE, weight=Weight.TOLERABLE),
                must("02", ".{1,16}", "a proxy of at most 16 characters is mandatory"),
                may("02", r"\+[0-9]{7,15}", _MOBILE, when=_is_mobile),
                may("02", r"\+65[0-9]{8}", _MOBILE, when=_is_mobile, weight=Weight.TOLERABLE),
                may("02", "[0-9A-Za-z]{9,16}", _ENTITY, when=_is_entity),
                may("02", f"(?=.{{9,16}}$){_UEN}[0-9A-Z]*", _ENTITY, when=_is_entity,
                    weight=Weight.TOLERABLE),
                may("03", "[01]", "the amount is fixed (0) or may be edited (1)",
                    weight=Weight.TOLERABLE),
                may("04", _is_expiry, _EXPIRY),
                may("04", "[0-9]{8}|[0-9]{14}", _EXPIRY, weight=Weight.NOTE),
            ),
        ),
    ),
    places=Places(reference="62-01"),
    defaults={"52": "0000", "60": "SINGAPORE"},
    refine=_refine,
    finish=_finish,
)  # fmt: skip
