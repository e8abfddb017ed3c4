"""Bharat QR: cards, accounts and UPI in one code.

Source: NPCI, Bharat QR 4.0.1, as implementers read it. Its lengths count bytes.
"""

from dataclasses import replace

from qr.checksum import has_luhn
from qr.errors import Kind, Weight
from qr.mpm_dialect import MpmDialect
from qr.mpm_templates import Template
from qr.payment import Account, Mutability, PaymentRequest
from qr.rules import Condition, Presence, Values, Waiver, may, must

GUID = "A000000524"
_OWN_IDS = ("06", "08", "26")
_LABEL_IDS = tuple(f"62-0{number}" for number in range(1, 9))
_KINDS = {"06": ("rupay", "card"), "08": ("ifsc", "ifsc_account")}
_VPA = r"(?=.{3,50}$)[0-9A-Za-z._-]+@[0-9A-Za-z.-]+"
_TOLERABLE = {"weight": Weight.TOLERABLE}


def _has_none(values: Values) -> bool:
    return not any(each in values for each in _OWN_IDS)


def _has_rupay(values: Values) -> bool:
    return "06" in values


def _is_ours(values: Values) -> bool:
    own = any(values.get(f"{place}-00") == GUID for place in ("26", "27", "28"))
    return own or (values.get("58") == "IN" and not _has_none(values))


def _is_rupay(text: str) -> bool:
    return len(text) == 16 and has_luhn(text)


def _is_by_radio(values: Values) -> bool:
    return values.get("01") in {"21", "22", "31", "32"}


def _has_26(path: str) -> Condition:
    return lambda values: len(values.get(path, "")) == 26


def _name(account: Account) -> Account:
    known = _KINDS.get(account.object_id)
    return replace(account, scheme=known[0], kind=known[1]) if known else account


def _refine(request: PaymentRequest, values: Values) -> PaymentRequest:
    # A least amount lets the payer give more than was asked for.
    editable = "26-02" in values and request.mutability is Mutability.FIXED
    return replace(
        request,
        accounts=tuple(_name(each) for each in request.accounts),
        mutability=Mutability.EDITABLE if editable else request.mutability,
    )


DIALECT = MpmDialect(
    name="bharatqr",
    title="Bharat QR",
    currencies=("INR",),
    countries=("IN",),
    templates=(
        Template(
            ids=("26",), guid=GUID, accounts={"01": "vpa"}, presence=Presence.OPTIONAL,
            rules=(
                must("01", _VPA, "a virtual payment address of up to 50 is mandatory"),
                may("02", r"[0-9]{1,10}(?:\.[0-9]{1,2})?", "a least amount has two decimals"),
            ),
        ),
        Template(
            ids=("27",), guid=GUID, presence=Presence.OPTIONAL,
            rules=(
                must("01", "[!-~]{4,35}", "a transaction's reference has 4 to 35 characters"),
                may("02", "[!-~]{1,26}", "an address has up to 26 characters", **_TOLERABLE),
            ),
        ),
        Template(
            ids=("28",), guid=GUID, accounts={"01": "aadhaar"}, presence=Presence.OPTIONAL,
            rules=(must("01", "(?:[0-9]{12})?", "an Aadhaar number has 12 digits"),),
        ),
    ),
    rules=(
        may("01", "[123][12]", "the point of initiation is QR, BLE or NFC, then 1 or 2",
            **_TOLERABLE),
        must("06", None, "a RuPay number, an account (08) or an address (26) is mandatory",
             when=_has_none),
        may("06", _is_rupay, "a RuPay number has 16 digits and its check digit",
            kind=Kind.CHECKSUM),
        may("08", "[A-Z]{4}0[A-Z0-9]{6}[0-9A-Za-z]{1,26}",
            "an account is an IFSC of 11 characters and up to 26 more"),
        *(may(f"{name}-00", f"(?i:{GUID})", f"the identifier of 26, 27 and 28 is {GUID}",
              **_TOLERABLE) for name in ("26", "27", "28")),
        may("59", ".{1,23}", "a merchant name has up to 23 characters", **_TOLERABLE),
        must("61", None, "a postal code is mandatory", **_TOLERABLE),
        must("62-07", None, "a terminal is mandatory with RuPay", when=_has_rupay,
             **_TOLERABLE),
    ),
    waivers=(
        Waiver("", Kind.LENGTH), Waiver("01", Kind.VALUE, _is_by_radio),
        Waiver("59", Kind.CHARACTERS), Waiver("60", Kind.CHARACTERS),
        *(Waiver(path, Kind.LENGTH, _has_26(path)) for path in _LABEL_IDS),
    ),
    recognized_when=_is_ours,
    refine=_refine,
    writes_bytes=True,
)  # fmt: skip
