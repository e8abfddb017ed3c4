"""KHQR (Bakong), of persons and of merchants.

Source: National Bank of Cambodia, KHQR, as the SDKs of its participants enforce it.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from qr.amounts import is_zero
from qr.errors import Kind, Weight
from qr.mpm_dialect import MpmDialect
from qr.mpm_templates import Template
from qr.payment import PaymentRequest
from qr.rules import PRINTABLE, Values, may, must, never

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_TIME = "[0-9]{13}"
_TIME_RULE = "a time counts milliseconds since 1970, with 13 digits"
_TOLERABLE = {"weight": Weight.TOLERABLE}
_TEXT = f"{PRINTABLE}{{1,32}}"
_BAKONG = r"[!-?A-~]+@[!-?A-~]+"
_ACCOUNT = "a Bakong account is name@bank, with 32 characters at most"


def _is_bakong(guid: str) -> bool:
    return "@" in guid


def _is_dynamic(values: Values) -> bool:
    return values.get("01") == "12" or not is_zero(values.get("54", ""))


def _is_riel(values: Values) -> bool:
    return values.get("53") == "116"


def _is_whole(text: str) -> bool:
    return is_zero(text.partition(".")[2])


def _ends_early(values: Values) -> bool:
    return values.get("99-01", "") <= values.get("99-00", "")


def _names_two(values: Values) -> bool:
    return all(_is_bakong(values.get(f"{place}-00", "")) for place in ("29", "30"))


def _refine(request: PaymentRequest, values: Values) -> PaymentRequest:
    text = values.get("99-01", "")
    if not (len(text) == 13 and text.isascii() and text.isdigit()):
        return request
    extra = {path: text for path, text in request.extra.items() if path != "99-01"}
    return replace(request, expires_at=_EPOCH + int(text) * _MILLISECOND, extra=extra)


def _finish(request: PaymentRequest, values: dict[str, str]) -> None:
    if request.expires_at is not None:
        values["99-01"] = f"{(request.expires_at - _EPOCH) // _MILLISECOND:013}"
    # Riel have cents in ISO 4217 and none in any code.
    if _is_riel(values) and "54" in values:
        values["54"] = values["54"].removesuffix(".00")


DIALECT = MpmDialect(
    name="khqr",
    title="KHQR",
    currencies=("KHR", "USD"),
    countries=("KH",),
    templates=(
        Template(
            ids=("29",),
            is_guid=_is_bakong,
            accounts={"00": "bakong", "01": "account"},
            rules=(
                must("00", _BAKONG, _ACCOUNT),
                may("01", _TEXT, "an account has up to 32 characters"),
                may("02", _TEXT, "a bank has up to 32 characters"),
            ),
        ),
        Template(
            ids=("30",),
            is_guid=_is_bakong,
            accounts={"00": "bakong_merchant", "01": "merchant"},
            rules=(
                must("00", _BAKONG, _ACCOUNT),
                must("01", _TEXT, "a merchant's id of up to 32 characters is mandatory"),
                must("02", _TEXT, "an acquiring bank of up to 32 is mandatory"),
            ),
        ),
    ),
    rules=(
        never("30-00", "a code is of a person (29) or of a merchant (30)", when=_names_two,
              kind=Kind.AGREEMENT),
        must("54", None, "a dynamic code carries an amount", when=_is_dynamic, **_TOLERABLE),
        may("54", _is_whole, "an amount in riel has no decimals", when=_is_riel,
            **_TOLERABLE),
        must("99-01", None, "a dynamic code carries the time it expires", when=_is_dynamic,
             **_TOLERABLE),
        must("99-00", None, "a dynamic code carries the time it was made", when=_is_dynamic,
             **_TOLERABLE),
        may("99-00", _TIME, _TIME_RULE),
        may("99-01", _TIME, _TIME_RULE),
        never("99-01", "a code expires after its creation", when=_ends_early,
              kind=Kind.AGREEMENT),
    ),
    refine=_refine,
    finish=_finish,
)  # fmt: skip
