"""EPC069-12 (GiroCode): a SEPA credit transfer, one element a line.

Source: European Payments Council, EPC069-12 version 3.1; the rules are in
`qr/dialects/epc_rules.py`.
"""

from collections.abc import Iterator

from qr.amounts import drop_zeros, format_amount, parse_amount
from qr.dialect import Dialect, Draft, Fields
from qr.dialects.epc_rules import RULES
from qr.errors import Deviation, Kind, PayloadInvalid
from qr.lines import check_tail, join_lines, pack_layout, split_lines, unpack_layout
from qr.payment import Account, Mutability, PaymentRequest
from qr.rules import Values

NAMES = (
    "service_tag", "version", "charset", "identification", "bic", "name", "iban", "amount",
    "purpose", "reference", "text", "information",
)  # fmt: skip
CHARSETS = {
    "1": "utf-8", "2": "iso8859-1", "3": "iso8859-2", "4": "iso8859-4", "5": "iso8859-5",
    "6": "iso8859-7", "7": "iso8859-10", "8": "iso8859-15",
}  # fmt: skip
BYTES_MAX = 331


class EpcDialect(Dialect):
    """The twelve lines; what is empty at the end is left out."""

    name = "epc"
    title = "EPC QR code (GiroCode)"
    rules = RULES

    def recognize(self, text: str) -> bool:
        """Return whether the first line is the service tag."""
        return text.startswith(("BCD\n", "BCD\r"))

    def parse(self, text: str) -> Draft:
        """Name the lines; what follows the last stays in the layout."""
        lines, end, deviations = split_lines(text)
        if len(lines) < 2:
            raise PayloadInvalid(f"{self.title} has at least seven lines.")
        last = max((number for number, line in enumerate(lines, start=1) if line), default=0)
        used = min(max(last, 2), len(NAMES))
        fields = dict(zip(NAMES, lines[:used], strict=False))
        deviations += (*check_tail(lines[used:]), *self._check_bytes(text, fields))
        return Draft(fields, fields, deviations, pack_layout(end, lines[used:]))

    def _check_bytes(self, text: str, fields: Values) -> Iterator[Deviation]:
        charset = CHARSETS.get(fields.get("charset", ""), "utf-8")
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
        """Return the transfer that is asked for."""
        values = draft.values
        amount = values.get("amount", "")
        return PaymentRequest(
            scheme=self.name,
            accounts=tuple(
                Account(self.name, values[name].replace(" ", ""), name)
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
        """Return the lines of a transfer in version 002 and UTF-8, unless `extra` says else."""
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
        if values.get("amount") and any(
            each.kind is Kind.LENGTH
            for each in self._check_bytes(self.serialize(values, ""), values)
        ):
            # Where every byte counts, EUR1 says as much as EUR1.00 does.
            values["amount"] = drop_zeros(values["amount"])
        return values

    def serialize(self, fields: Fields, layout: str) -> str:
        """Write the lines that are there, up to the last."""
        end, tail = unpack_layout(layout)
        return (
            join_lines(((name, fields[name]) for name in NAMES if name in fields), end) + tail
        )


DIALECT = EpcDialect()
