"""EPC069-12 (GiroCode): a SEPA credit transfer, one element a line.

Source: European Payments Council, EPC069-12 version 3.1.
"""

from collections.abc import Iterator

from qr.amounts import format_amount, parse_amount
from qr.checksum import is_creditor_reference, is_iban
from qr.dialect import Dialect, Draft, Fields
from qr.errors import Deviation, Kind, PayloadInvalid
from qr.lines import LF, join_lines, split_lines
from qr.payment import Account, Mutability, PaymentRequest
from qr.rules import Values, may, must, never

NAMES = (
    "service_tag", "version", "charset", "identification", "bic", "name", "iban", "amount",
    "purpose", "reference", "text", "information",
)  # fmt: skip
CHARSETS = {
    "1": "utf-8", "2": "iso8859-1", "3": "iso8859-2", "4": "iso8859-4", "5": "iso8859-5",
    "6": "iso8859-7", "7": "iso8859-10", "8": "iso8859-15",
}  # fmt: skip
BYTES_MAX = 331


def _is_version_1(values: Values) -> bool:
    return values.get("version") == "001"


def _has_reference(values: Values) -> bool:
    return bool(values.get("reference"))


def _is_reference(text: str) -> bool:
    return not text or not text.startswith("RF") or is_creditor_reference(text)


_TEXT = r"[^\x00-\x1f\x7f]"
_BIC = "[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?"
RULES = (
    must("service_tag", "BCD", "the service tag is BCD"),
    must("version", "00[12]", "the version is 001 or 002"),
    must("charset", "[1-8]", "the character set is 1 to 8"),
    must("identification", "SCT", "the identification is SCT"),
    must("bic", f"(?:{_BIC})?", "a BIC has 8 or 11 characters"),
    must("bic", ".+", "a BIC is mandatory in version 001", when=_is_version_1,
         kind=Kind.MISSING),
    must("name", f"{_TEXT}{{1,70}}", "the name has 1 to 70 characters, no control character"),
    must("iban", is_iban, "an IBAN with its check digits is mandatory", kind=Kind.CHECKSUM),
    may("amount", r"(?:EUR(?!0+(?:\.0*)?$)(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,2})?)?",
        "an amount is EUR and 0.01 to 999999999.99"),
    may("purpose", "[A-Za-z0-9]{0,4}", "a purpose has up to 4 letters or digits"),
    may("reference", f"{_TEXT}{{0,35}}", "a structured reference has up to 35 characters"),
    may("reference", _is_reference, "a reference RF has its check digits", kind=Kind.CHECKSUM),
    may("text", f"{_TEXT}{{0,140}}", "a text has up to 140 characters"),
    never("text", "a reference and a text exclude each other", kind=Kind.AGREEMENT,
          when=lambda values: _has_reference(values) and bool(values.get("text"))),
    may("information", f"{_TEXT}{{0,70}}", "an information has up to 70 characters"),
)  # fmt: skip


class EpcDialect(Dialect):
    """The twelve lines; what is empty at the end is left out."""

    name = "epc"
    title = "EPC QR code (GiroCode)"
    rules = RULES

    def recognize(self, text: str) -> bool:
        """Tell whether the first line is the service tag."""
        return text.startswith(("BCD\n", "BCD\r\n"))

    def parse(self, text: str) -> Draft:
        """Name the lines; a thirteenth has no name and refuses the text."""
        lines, end, deviations = split_lines(text)
        if len(lines) < 2:
            raise PayloadInvalid(f"{self.title} has at least seven lines.")
        fields = dict(zip(NAMES, lines, strict=False))
        return Draft(fields, fields, (*deviations, *self._check_size(text, lines)), end)

    def _check_size(self, text: str, lines: list[str]) -> Iterator[Deviation]:
        if len(lines) > len(NAMES):
            yield Deviation("", Kind.LENGTH, "there are twelve lines at most", f"{len(lines)}")
        charset = CHARSETS.get(lines[2] if len(lines) > 2 else "", "utf-8")
        try:
            size = len(text.encode(charset))
        except UnicodeEncodeError as refusal:
            found = repr(text[refusal.start])
            rule = f"all characters are of the character set named ({charset})"
            yield Deviation("charset", Kind.CHARACTERS, rule, found, offset=refusal.start)
            return
        if size > BYTES_MAX:
            yield Deviation("", Kind.LENGTH, "the text has at most 331 bytes", f"{size}")

    def to_request(self, draft: Draft) -> PaymentRequest:
        """Give the transfer that is asked for."""
        values = draft.values
        amount = values.get("amount", "")
        return PaymentRequest(
            scheme=self.name,
            accounts=tuple(
                Account(self.name, values[name], name)
                for name in ("iban", "bic")
                if values.get(name)
            ),
            payee_name=values.get("name", ""),
            currency="EUR",
            amount_minor=parse_amount(amount.removeprefix("EUR"), "EUR"),
            mutability=Mutability.FIXED if amount else Mutability.OPEN,
            reference=values.get("reference", ""),
            message=values.get("text", ""),
            extra={
                name: values[name]
                for name in ("version", "charset", "purpose", "information")
                if values.get(name)
            },
        )

    def to_fields(self, request: PaymentRequest) -> Fields:
        """Give the lines of a transfer in version 002 and UTF-8, unless `extra` says else."""
        if request.currency != "EUR":
            rule = "an amount is EUR and 0.01 to 999999999.99"
            fault = Deviation("amount", Kind.VALUE, rule, repr(request.currency))
            raise PayloadInvalid.from_deviation(fault)
        amount = request.amount_minor
        values = {
            **dict.fromkeys(NAMES, ""),
            "service_tag": "BCD",
            "version": "002",
            "charset": "1",
            "identification": "SCT",
            "name": request.payee_name,
            "amount": "" if amount is None else "EUR" + format_amount(amount, "EUR"),
            "reference": request.reference,
            "text": request.message,
            **{account.kind: account.value for account in request.accounts},
            **request.extra,
        }
        while not values[next(reversed(values))]:
            values.popitem()
        return values

    def serialize(self, fields: Fields, layout: str) -> str:
        """Write the lines that are there, up to the last."""
        return join_lines(
            ((name, fields[name]) for name in NAMES if name in fields), layout or LF
        )


DIALECT = EpcDialect()
