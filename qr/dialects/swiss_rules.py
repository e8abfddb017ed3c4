"""The table of the Swiss QR-bill's rules.

Source: SIX, Swiss Implementation Guidelines QR-bill 2.3, section 4.
"""

import re
from collections.abc import Iterator
from functools import partial

from qr.checksum import compute_mod_10_recursive, has_iban, is_creditor_reference
from qr.errors import Deviation, Kind, Weight
from qr.rules import Condition, Rule, Values, may, must, never

PARTY = (
    "type",
    "name",
    "street_or_line1",
    "building_or_line2",
    "postal_code",
    "town",
    "country",
)
NOTICES = (
    "DO NOT USE FOR PAYMENT",
    "NICHT ZUR ZAHLUNG VERWENDEN",
    "NE PAS UTILISER POUR LE PAIEMENT",
    "NON UTILIZZARE PER IL PAGAMENTO",
)
LENGTH_MAX = 997
_FOREIGN = re.compile("[^\x20-\x7e\xa0-\u017f\u0218-\u021b\u20ac\r\n]")
_TOLERABLE = Weight.TOLERABLE


def check_text(text: str) -> Iterator[Deviation]:
    """Return what is wrong with the characters, and with how many there are."""
    if found := _FOREIGN.search(text):
        rule = "all characters are of Latin, with the extensions that are named"
        yield Deviation("", Kind.CHARACTERS, rule, repr(found[0]), offset=found.start())
    if len(text) > LENGTH_MAX:
        yield Deviation("", Kind.LENGTH, "the text has at most 997 characters", f"{len(text)}")


def is_qr_iban(account: str) -> bool:
    """Return whether an account is one for QR references: its bank's number says so."""
    return "30000" <= account.replace(" ", "")[4:9] <= "31999"


def _is_notice(values: Values) -> bool:
    return values.get("amount") == "0.00"


def _has_type(name: str, values: Values) -> bool:
    return values.get("reference_type") == name


def _is_creditor_reference(text: str) -> bool:
    return is_creditor_reference(text.replace(" ", ""))


def _is_qr_reference(text: str) -> bool:
    text = text.replace(" ", "")
    digits = text.isascii() and text.isdigit() and len(text) == 27
    return digits and bool(text.strip("0")) and compute_mod_10_recursive(text[:26]) == text[26]


def _is_notice_text(text: str) -> bool:
    return any(notice in text.upper() for notice in NOTICES)


def _is_party(path: str, kind: str, values: Values) -> bool:
    return any(values.get(f"{path}-{name}") for name in PARTY) and (
        values.get(f"{path}-type") == kind
    )


def _exceeds_140(values: Values) -> bool:
    information = values.get("bill_information", "")
    return bool(information) and len(values.get("message", "") + information) > 140


def _has_debtor(values: Values) -> bool:
    return any(values.get(f"debtor-{name}") for name in PARTY)


def _list_party_rules(path: str, when: Condition | None) -> tuple[Rule, ...]:
    structured, combined = partial(_is_party, path, "S"), partial(_is_party, path, "K")
    line_2, code, town = (f"{path}-{name}" for name in PARTY[3:6])
    return (
        must(f"{path}-type", "[SK]", "an address is of type S or K", when=when),
        may(f"{path}-type", "S", "type K was allowed until 21 November 2025", when=when,
            weight=Weight.NOTE),
        must(f"{path}-name", "(?! *$).{1,70}", "a name has 1 to 70 characters", when=when),
        may(f"{path}-street_or_line1", ".{0,70}", "a street has up to 70 characters"),
        may(line_2, ".{0,16}", "a building has up to 16 characters", when=structured),
        must(code, "(?! *$).{1,16}", "a postal code has 1 to 16 characters", when=structured),
        may(code, "(?![A-Z]{1,3}-).*", "a postal code has no country in front",
            weight=_TOLERABLE),
        must(town, "(?! *$).{1,35}", "a town has 1 to 35 characters", when=structured),
        must(line_2, "(?! *$).{1,70}", "the second line of an address has 1 to 70 characters",
             when=combined),
        may(code, "", "an address of type K has no postal code of its own", when=combined),
        may(town, "", "an address of type K has no town of its own", when=combined),
        must(f"{path}-country", "[A-Z]{2}", "a country has two letters", when=when),
    )  # fmt: skip


def _list_reference_rules() -> tuple[Rule, ...]:
    qrr, scor, none = (partial(_has_type, name) for name in ("QRR", "SCOR", "NON"))
    return (
        must("reference_type", "QRR|SCOR|NON", "a reference is of type QRR, SCOR or NON"),
        must("reference", _is_qr_reference, "a QR reference has 27 digits, one a check digit",
             when=qrr, kind=Kind.CHECKSUM),
        must("reference", _is_creditor_reference, "a reference RF has its check digits",
             when=scor, kind=Kind.CHECKSUM),
        may("reference", "", "without type there is no reference", when=none),
        may("reference", "[^ ]*", "a reference is written without blanks", weight=_TOLERABLE),
        must("account", is_qr_iban, "a QR reference goes to a QR-IBAN", when=qrr,
             kind=Kind.AGREEMENT),
        may("account", lambda text: not is_qr_iban(text), "a QR-IBAN wants a QR reference",
            when=lambda values: not qrr(values), kind=Kind.AGREEMENT),
    )  # fmt: skip


RULES = (
    must("qr_type", "SPC", "the first line is SPC"),
    must("version", "02[0-9]{2}", "the version is 02 and any two digits"),
    must("coding", "1", "the character set is 1, UTF-8"),
    must("account", has_iban, "an account is an IBAN with its check digits",
         kind=Kind.CHECKSUM),
    must("account", "(?:CH|LI).*", "an account is an IBAN of Switzerland or Liechtenstein"),
    must("account", "[^ ]*", "an IBAN is written without blanks", weight=_TOLERABLE),
    *_list_party_rules("creditor", None),
    never("ultimate_creditor", "the ultimate creditor is reserved and stays empty"),
    may("amount", r"(?:(?:0|[1-9][0-9]{0,8})\.[0-9]{2})?",
        "an amount is 0.01 to 999999999.99, with two decimals"),
    must("message", _is_notice_text, "an amount of 0.00 goes with DO NOT USE FOR PAYMENT",
         when=_is_notice, kind=Kind.AGREEMENT, weight=_TOLERABLE),
    must("currency", "CHF|EUR", "the currency is CHF or EUR"),
    *_list_party_rules("debtor", _has_debtor),
    *_list_reference_rules(),
    may("message", ".{0,140}", "a message has up to 140 characters"),
    must("trailer", "EPD", "the trailer is EPD"),
    may("bill_information", "(?://.*)?", "bill information starts with //"),
    may("bill_information", ".{0,140}", "bill information has up to 140 characters"),
    never("bill_information", "message and bill information have up to 140 characters together",
          when=_exceeds_140, kind=Kind.LENGTH),
    *(may(f"alternative_schemes-{number}", ".{0,100}", "a scheme has up to 100 characters")
      for number in (1, 2)),
)  # fmt: skip
