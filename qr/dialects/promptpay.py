"""PromptPay: transfers to an alias, and bill payments.

Source: Bank of Thailand, Standardized Thai QR Code for Payment Transactions (2019), as
implementers read it.
"""

from dataclasses import replace

from qr.errors import Kind, Weight
from qr.mpm_dialect import MpmDialect
from qr.mpm_templates import Template
from qr.payment import PaymentRequest
from qr.rules import Condition, Values, Waiver, may, must, never, without

_PROXIES = ("01", "02", "03", "04")
_ONE_PROXY = "a transfer names one of mobile number, national id, e-wallet, bank account"
# Shown by the payee, and shown by the payer with a one-time authorization.
_TRANSFERS = frozenset({"A000000677010111", "A000000677010114"})
# Within Thailand, and from abroad.
_BILLS = frozenset({"A000000677010112", "A000000677012006"})


def _is_transfer(guid: str) -> bool:
    return guid.upper() in _TRANSFERS


def _is_bill(guid: str) -> bool:
    return guid.upper() in _BILLS


def _has_none(values: Values) -> bool:
    return not any(f"29-{each}" in values for each in _PROXIES)


def _is_authorized(values: Values) -> bool:
    return values.get("29-00") == "A000000677010114"


def _comes_after(name: str) -> Condition:
    return lambda values: any(f"29-{each}" in values for each in _PROXIES if each < name)


def _refine(request: PaymentRequest, values: Values) -> PaymentRequest:
    if "30-02" not in values:
        return request
    extra = {path: text for path, text in request.extra.items() if path != "30-02"}
    if request.reference:
        extra["62-05"] = request.reference
    return replace(request, reference=values["30-02"], extra=extra)


def _finish(request: PaymentRequest, values: dict[str, str]) -> None:
    if "30-01" not in values or not request.reference:
        return
    values["30-02"] = request.reference
    if "62-05" not in request.extra:
        del values["62-05"]


DIALECT = MpmDialect(
    name="promptpay",
    title="PromptPay",
    currencies=("THB",),
    countries=("TH",),
    templates=(
        Template(
            ids=("29",),
            guid="A000000677010111",
            is_guid=_is_transfer,
            accounts={"01": "mobile", "02": "national_id", "03": "ewallet",
                      "04": "bank_account"},
            rules=(
                must("01", None, _ONE_PROXY, when=_has_none),
                may("01", "0066[0-9]{9}", "a mobile number is 0066 and nine digits"),
                may("02", "[0-9]{13}", "a national id or tax number has 13 digits"),
                may("03", "[0-9]{15}", "an e-wallet has 15 digits"),
                may("04", "[0-9A-Za-z-]{4,43}",
                    "a bank account is the bank's three digits and up to 40 characters"),
                *(never(name, _ONE_PROXY, when=_comes_after(name)) for name in _PROXIES[1:]),
                must("05", "[0-9A-Za-z]{10}", "a payer's authorization has ten characters",
                     when=_is_authorized),
            ),
        ),
        Template(
            ids=("30",),
            guid="A000000677010112",
            is_guid=_is_bill,
            accounts={"01": "biller"},
            rules=(
                must("01", "[0-9]{13}(?:[0-9]{2})?",
                    "a biller is 13 digits and a suffix of two"),
                may("01", "[0-9]{15}", "a biller is 13 digits and a suffix of two",
                    weight=Weight.NOTE),
                must("02", "[ -~]{1,20}", "a first reference of up to 20 is mandatory"),
                may("02", "[0-9A-Za-z]+", "a reference is letters and digits",
                    weight=Weight.NOTE),
                may("03", "[ -~]{1,20}", "a second reference has up to 20 characters"),
            ),
        ),
    ),
    # TrueMoney adds a message at 81, as the hexadecimal digits of UTF-16.
    waivers=(*without("52", "59", "60"), Waiver("81", Kind.STRUCTURE),
             Waiver("81-00", Kind.MISSING)),
    refine=_refine,
    finish=_finish,
)  # fmt: skip
