"""The table of rules for EPC069-12 (GiroCode).

Source: European Payments Council, EPC069-12 version 3.1.
"""

from qr.checksum import has_iban, is_structured_reference
from qr.errors import Kind, Weight
from qr.rules import PRINTABLE, Values, may, must, never

# Of the countries in SEPA, those where the account number alone does not find the bank.
COUNTRIES_BEYOND_EEA = frozenset(
    {"AD", "AL", "CH", "GB", "GI", "MC", "MD", "ME", "MK", "RS", "SM", "VA"}
)


def _is_version_1(values: Values) -> bool:
    return values.get("version") == "001"


def _is_beyond_eea(values: Values) -> bool:
    return not _is_version_1(values) and values.get("iban", "")[:2] in COUNTRIES_BEYOND_EEA


def _has_both(values: Values) -> bool:
    return bool(values.get("reference") and values.get("text"))


_TOLERABLE = Weight.TOLERABLE
RULES = (
    must("service_tag", "BCD", "the service tag is BCD"),
    must("version", "00[12]", "the version is 001 or 002"),
    must("charset", "[1-8]", "the character set is 1 to 8"),
    must("identification", "SCT", "the identification is SCT"),
    # ISO 9362: letters and digits, in the third place a country.
    must("bic", "(?:[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)?",
         "a BIC has 8 or 11 characters"),
    must("bic", ".+", "a BIC is mandatory in version 001", when=_is_version_1,
         kind=Kind.MISSING),
    must("bic", ".+", "a BIC is mandatory beyond the European Economic Area",
         when=_is_beyond_eea, kind=Kind.MISSING, weight=_TOLERABLE),
    must("name", f"(?! *$){PRINTABLE}{{1,70}}",
         "the name has 1 to 70 characters, no control character"),
    must("iban", has_iban, "an IBAN with its check digits is mandatory", kind=Kind.CHECKSUM),
    must("iban", "[^ ]*", "an IBAN is written without blanks", weight=_TOLERABLE),
    may("amount", r"(?:EUR(?!0+(?:\.0*)?$)(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,2})?)?",
        "an amount is EUR and 0.01 to 999999999.99"),
    may("purpose", "[A-Za-z0-9]{0,4}", "a purpose has up to 4 letters or digits"),
    may("reference", f"{PRINTABLE}{{0,35}}", "a structured reference has up to 35 characters"),
    may("reference", is_structured_reference, "a reference RF has its check digits",
        kind=Kind.CHECKSUM),
    may("text", f"{PRINTABLE}{{0,140}}", "a text has up to 140 characters"),
    never("text", "a reference and a text exclude each other", kind=Kind.AGREEMENT,
          when=_has_both),
    may("information", f"{PRINTABLE}{{0,70}}", "an information has up to 70 characters"),
)  # fmt: skip
