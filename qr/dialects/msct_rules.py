"""The table of rules for MSCT codes.

Source: European Payments Council, EPC024-22 version 2.10 (EN 18184); the names of the
parameters are those of the open Euvena profile 1.
"""

from qr.checksum import is_iban, is_structured_reference
from qr.errors import Kind, Weight
from qr.rules import Values, may, must, never

# What says whom to pay: a reference to what the provider knows, another name, or an account.
PAYEES = {"tok": "token", "prx": "proxy", "iban": "iban"}
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"


def is_profile(values: Values) -> bool:
    """Return whether the parameters have names that are understood here."""
    return any(f"query-{name}" in values for name in (*PAYEES, "iss"))


def _has_amount(values: Values) -> bool:
    return "query-prx" in values or "query-iban" in values


def _is_clear(values: Values) -> bool:
    return "query-iban" in values


def _has_text_and_reference(values: Values) -> bool:
    return "query-rs" in values and "query-ru" in values


def _has_two_payees(values: Values) -> bool:
    return sum(f"query-{name}" in values for name in PAYEES) > 1


def _has_no_payee(values: Values) -> bool:
    return not any(f"query-{name}" in values for name in PAYEES)


RULES = (
    must("domain", rf"(?=.{{1,253}}$)(?:{_LABEL}\.)+[A-Za-z][A-Za-z0-9-]*",
         "the host is a domain name"),
    must("version", "1", "the version is 1"),
    must("type", "[meipwMEIPW]", "the type is m, e, i, p or w"),
    may("type", "[a-z]*", "the type is a small letter", weight=Weight.NOTE),
    must("provider", "[A-Za-z0-9]{3}", "the provider has three letters or digits"),
    must("query-iss", "[A-Za-z0-9]{3}", "the issuer has three letters or digits",
         when=is_profile),
    must("query-tok", None, "a token, a proxy or an account says whom to pay",
         when=lambda values: is_profile(values) and _has_no_payee(values)),
    *(never(f"query-{name}", "a token, a proxy and an account exclude each other",
            kind=Kind.AGREEMENT, when=_has_two_payees) for name in PAYEES),
    may("query-tok", ".{1,300}", "a token has 1 to 300 characters"),
    may("query-prx", ".{1,70}", "a proxy has 1 to 70 characters"),
    may("query-rpx", ".{1,70}", "a proxy has 1 to 70 characters"),
    may("query-iban", is_iban, "an account is an IBAN with its check digits",
        kind=Kind.CHECKSUM),
    must("query-nm", "(?! *$).{1,70}", "the payee's name has 1 to 70 characters",
         when=_is_clear),
    may("query-tn", ".{1,35}", "a trade name has 1 to 35 characters"),
    may("query-rn", ".{1,70}", "a reference party's name has 1 to 70 characters"),
    may("query-rtn", ".{1,35}", "a trade name has 1 to 35 characters"),
    may("query-mcc", "[0-9]{4}", "a category has four digits"),
    must("query-ins", "SCT|INST", "the instrument is SCT or INST", when=_has_amount),
    may("query-pur", "[A-Za-z0-9]{1,4}", "a purpose has 1 to 4 letters or digits"),
    may("query-rs", ".{1,35}", "a structured reference has 1 to 35 characters"),
    may("query-rs", is_structured_reference, "a reference RF has its check digits",
        kind=Kind.CHECKSUM),
    may("query-ru", ".{1,35}", "a text has 1 to 35 characters"),
    never("query-ru", "a reference and a text exclude each other", kind=Kind.AGREEMENT,
          when=_has_text_and_reference),
    must("query-cur", None, "the currency is EUR", when=_has_amount),
    may("query-cur", "(?i:EUR)", "the currency is EUR", when=is_profile),
    must("query-amt", None, "an amount is mandatory without token", when=_has_amount),
    may("query-amt", r"(?!0+(?:\.0*)?$)(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,2})?",
        "an amount is 0.01 to 999999999.99", when=is_profile),
)  # fmt: skip
