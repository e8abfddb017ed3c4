"""Short Payment Descriptor, the Czech "QR Platba": fields between asterisks; read, not written.

Source: Short Payment Descriptor 1.2 of the Czech Banking Association (qr-platba.cz).
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote
from zlib import crc32

from qr.amounts import parse_amount
from qr.checksum import is_iban
from qr.dialect import Dialect, Draft, Fields
from qr.errors import Deviation, Kind, PayloadInvalid
from qr.pairs import read_pairs
from qr.payment import Account, Mutability, PaymentRequest
from qr.rules import PRINTABLE, may, must

# What a bank fills in where the code names none.
_CURRENCY = "CZK"
_OWN = frozenset({"version", "ACC", "AM", "CC", "RN", "RF", "MSG", "CRC32"})


def _has_account(text: str) -> bool:
    return is_iban(text.partition("+")[0].replace(" ", ""))


class SpaydDialect(Dialect):
    """Names of capital letters and their values, in any order."""

    name = "spayd"
    title = "SPAYD (QR Platba)"
    rules = (
        must("version", r"[0-9]+\.[0-9]+", "a version is two numbers and a point"),
        must("ACC", _has_account, "an IBAN with its check digits is mandatory",
             kind=Kind.CHECKSUM),
        may("AM", r"[0-9]{1,10}(?:\.[0-9]{1,2})?", "an amount has up to two decimals"),
        may("CC", "[A-Z]{3}", "a currency has three letters"),
        may("RN", f"{PRINTABLE}{{1,35}}", "the payee's name has up to 35 characters"),
        may("RF", "[0-9]{1,16}", "a reference has up to 16 digits"),
        may("MSG", f"{PRINTABLE}{{1,60}}", "a message has up to 60 characters"),
        may("DT", "[0-9]{8}", "a due date has eight digits"),
    )  # fmt: skip

    def recognize(self, text: str) -> bool:
        """Return whether the text starts with the mark of a payment descriptor."""
        return text[:4].upper() == "SPD*"

    def parse(self, text: str) -> Draft:
        """Take the fields apart; the text is its own layout."""
        head, *pieces = text[4:].split("*")
        if not pieces:
            raise PayloadInvalid(f"{self.title} is SPD*1.0* and fields.")
        words = "a field is a name, a colon and a value"
        found, deviations = read_pairs(pieces, between=":", words=words)
        values = {name: unquote(value, errors="replace") for name, value in found.items()}
        fields = {"version": head} | values
        deviations += tuple(_check_sum(text, fields.get("CRC32")))
        return Draft(fields, fields, deviations, text)

    def to_request(self, draft: Draft) -> PaymentRequest:
        """Return the transfer that is asked for."""
        values = draft.values
        iban, _, bic = values.get("ACC", "").partition("+")
        accounts = (Account(self.name, iban.replace(" ", ""), "iban"),) if iban else ()
        amount, currency = values.get("AM", ""), values.get("CC", _CURRENCY)
        return PaymentRequest(
            scheme=self.name,
            accounts=(*accounts, *((Account(self.name, bic, "bic"),) if bic else ())),
            payee_name=values.get("RN", ""),
            currency=currency,
            amount_minor=parse_amount(amount, currency),
            mutability=Mutability.FIXED if amount else Mutability.OPEN,
            reference=values.get("RF", "") or values.get("X-VS", ""),
            message=values.get("MSG", ""),
            extra={name: text for name, text in values.items() if name not in _OWN},
        )

    def serialize(self, fields: Fields, layout: str) -> str:  # noqa: ARG002  kept whole
        """Return the text as it was read."""
        return layout


def _check_sum(text: str, stated: str | None) -> Iterator[Deviation]:
    if stated is None:
        return
    rule = "the check sum is that of the other fields in their order"
    # Of the fields sorted by name, as the standard has it, or as they stand, as some write.
    bare = re.sub(r"\*CRC32:[^*]*", "", text).removesuffix("*")
    head, version, *pieces = bare.split("*")
    ordered = "*".join([head, version, *sorted(pieces)])
    sums = {f"{crc32(each.encode(errors='replace')):08X}" for each in (bare, ordered)}
    if stated.upper() not in sums:
        yield Deviation("CRC32", Kind.CHECKSUM, rule, stated[:20])


DIALECT = SpaydDialect()
