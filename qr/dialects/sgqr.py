"""SGQR: one label with the accounts of many schemes.

Source: Monetary Authority of Singapore, SGQR Specification 1.7, tables 2.1 and 2.2, 2.3.
"""

from datetime import date
from re import fullmatch

from qr.errors import Kind, Weight
from qr.mpm_dialect import MpmDialect
from qr.mpm_rules import TEMPLATE_IDS
from qr.mpm_templates import Template
from qr.rules import PRINTABLE, Condition, Presence, Values, may, must, never

SCHEME_IDS = TEMPLATE_IDS[:-1]
_TOLERABLE = {"weight": Weight.TOLERABLE}
_LABEL_ID = "an SGQR ID is YYMMDD and six hexadecimal digits"


def _is_date(text: str) -> bool:
    if fullmatch("[0-9]{8}", text) is None:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_label_id(text: str) -> bool:
    sound = fullmatch("[0-9]{6}[0-9A-Fa-f]{6}", text) is not None
    return sound and _is_date(f"20{text[:6]}")


def _stands_late(name: str) -> Condition:
    def stands_late(values: Values) -> bool:
        if name not in values:
            return False
        order = [each for each in values if each in SCHEME_IDS]
        return any(each > name for each in order[: order.index(name)])

    return stands_late


def _repeats(name: str) -> Condition:
    def repeats(values: Values) -> bool:
        guid = values.get(f"{name}-00", "").upper()
        lower = (each for each in SCHEME_IDS if each < name) if guid else ()
        return any(values.get(f"{each}-00", "").upper() == guid for each in lower)

    return repeats


DIALECT = MpmDialect(
    name="sgqr",
    title="SGQR",
    currencies=("SGD",),
    countries=("SG",),
    templates=(
        Template(
            ids=("51",),
            guid="SG.SGQR",
            rules=(
                must("01", _is_label_id, _LABEL_ID, **_TOLERABLE),
                must("02", r"[0-9]{2}\.[0-9]{4}", "a version is two digits, a point and four",
                     **_TOLERABLE),
                must("03", "[0-9]{6,10}", "a postal code has 6 to 10 digits", **_TOLERABLE),
                must("04", "[A-Za-z0-9]{2,3}", "a level has two or three characters",
                     **_TOLERABLE),
                must("05", ".{1,5}", "a unit has up to five characters", **_TOLERABLE),
                must("06", ".{1,10}", "the miscellaneous part has up to ten characters",
                     **_TOLERABLE),
                must("07", _is_date, "the date of the version is YYYYMMDD", **_TOLERABLE),
            ),
        ),
        Template(
            ids=SCHEME_IDS,
            guid="SG.PAYNOW",
            accounts={"02": "paynow"},
            rules=(
                must("01", "[0-3]", "the proxy is a mobile number (0) or a UEN (2)"),
                must("02", f"{PRINTABLE}{{1,16}}",
                     "a proxy of at most 16 characters is mandatory"),
            ),
            presence=Presence.OPTIONAL,
        ),
    ),
    rules=(
        *(never(name, "the schemes from 26 to 50 stand in ascending order", kind=Kind.ORDER,
                **_TOLERABLE, when=_stands_late(name)) for name in SCHEME_IDS),
        *(never(f"{name}-00", "a scheme takes one place", kind=Kind.DUPLICATE,
                **_TOLERABLE, when=_repeats(name)) for name in SCHEME_IDS),
        may("60", "(?i:singapore)", "the city is Singapore", **_TOLERABLE),
    ),
    defaults={"52": "0000", "60": "SINGAPORE"},
)  # fmt: skip
