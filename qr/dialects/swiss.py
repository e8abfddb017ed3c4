"""Swiss QR-bill: a credit transfer in francs or euros, one element a line.

Source: SIX, Swiss Implementation Guidelines QR-bill 2.3, section 4; the rules are in
`qr/dialects/swiss_rules.py`.
"""

from collections.abc import Iterator, Mapping

from qr.amounts import format_amount, is_zero, parse_amount
from qr.dialect import Dialect, Draft, Fields
from qr.dialects.swiss_rules import PARTY, RULES, check_text, is_qr_iban
from qr.errors import PayloadInvalid
from qr.lines import check_tail, join_lines, pack_layout, split_lines, unpack_layout
from qr.payment import Account, Mutability, PaymentRequest
from qr.rules import flatten

LINES_MIN, LINES_MAX = 31, 34
VERSION = "0200"
_NAMED = ("creditor-name", "creditor-town", "creditor-country")


class SwissDialect(Dialect):
    """Thirty-one lines and up to three more."""

    name = "swiss"
    title = "Swiss QR-bill"
    rules = RULES

    def recognize(self, text: str) -> bool:
        """Return whether the first line is the mark of a Swiss payments code."""
        return text.startswith(("SPC\n", "SPC\r"))

    def parse(self, text: str) -> Draft:
        """Name the lines; version, line ends and what follows stay in the layout."""
        lines, end, deviations = split_lines(text)
        if len(lines) < LINES_MIN:
            raise PayloadInvalid(f"{self.title} has 31 to 34 lines.")
        last = max((number for number, line in enumerate(lines, start=1) if line), default=0)
        used = min(max(last, LINES_MIN), LINES_MAX)
        fields = self._name_lines(lines[:used])
        values = flatten(fields) | {
            "qr_type": lines[0], "version": lines[1], "coding": lines[2], "trailer": lines[30],
        }  # fmt: skip
        if any(lines[11:18]):
            values["ultimate_creditor"] = " ".join(filter(None, lines[11:18]))
        deviations += (*check_text(text), *check_tail(lines[used:]))
        return Draft(fields, values, deviations, lines[1] + pack_layout(end, lines[used:]))

    def _name_lines(self, lines: list[str]) -> dict[str, object]:
        return {
            "account": lines[3],
            "creditor": dict(zip(PARTY, lines[4:11], strict=True)),
            "amount": lines[18],
            "currency": lines[19],
            "debtor": dict(zip(PARTY, lines[20:27], strict=True))
            if any(lines[20:27])
            else None,
            "reference_type": lines[27],
            "reference": lines[28],
            "message": lines[29],
            "bill_information": "".join(lines[31:32]),
            "alternative_schemes": lines[32:],
        }

    def to_request(self, draft: Draft) -> PaymentRequest:
        """Return the requested transfer; a notice (0.00) has none to pay."""
        values = draft.values
        amount, currency = values.get("amount", ""), values.get("currency", "")
        others = ("bill_information", "alternative_schemes-", "creditor-", "debtor-")
        extra = {
            path: text for path, text in values.items() if text and path.startswith(others)
        }
        if amount and is_zero(amount):
            extra["amount"] = amount
        account = values.get("account", "").replace(" ", "")
        return PaymentRequest(
            scheme=self.name,
            accounts=(Account(self.name, account, "iban"),) if account else (),
            payee_name=values.get("creditor-name", ""),
            payee_city=values.get("creditor-town", ""),
            country=values.get("creditor-country", ""),
            currency=currency,
            amount_minor=None if "amount" in extra else parse_amount(amount, currency),
            mutability=Mutability.FIXED if amount else Mutability.OPEN,
            reference=values.get("reference", "").replace(" ", ""),
            message=values.get("message", ""),
            extra={path: text for path, text in extra.items() if path not in _NAMED},
        )

    def to_fields(self, request: PaymentRequest) -> Fields:
        """Return the lines of a bill; the account determines the reference's type."""
        accounts = [each.value for each in request.accounts if each.kind in {"", "iban"}]
        account = "".join(accounts[:1])
        amount, extra = request.amount_minor, request.extra
        kind = "QRR" if is_qr_iban(account) else "SCOR"
        return {
            "account": account,
            "creditor": {"type": "S"}
            | _take_party("creditor", extra)
            | {
                "name": request.payee_name,
                "town": request.payee_city,
                "country": request.country,
            },
            "amount": extra.get("amount", "")
            if amount is None
            else format_amount(amount, request.currency),
            "currency": request.currency,
            "debtor": _take_party("debtor", extra) or None,
            "reference_type": kind if request.reference else "NON",
            "reference": request.reference,
            "message": request.message,
            "bill_information": extra.get("bill_information", ""),
            "alternative_schemes": [
                extra.get(f"alternative_schemes-{number}", "") for number in (1, 2)
            ],
        }

    def serialize(self, fields: Fields, layout: str) -> str:
        """Write the lines, up to the last that is used."""
        version = layout.rstrip("\r\n")
        end, tail = unpack_layout(layout.removeprefix(version))
        after = [
            ("bill_information", fields.get("bill_information") or ""),
            *(
                ("alternative_schemes", text)
                for text in fields.get("alternative_schemes") or ()
            ),
        ]
        while after and not after[-1][1]:
            after.pop()
        lines = [
            ("qr_type", "SPC"),
            ("version", version or VERSION),
            ("coding", "1"),
            ("account", fields.get("account", "")),
            *_list_party("creditor", fields),
            *[("ultimate_creditor", "")] * len(PARTY),
            *((name, fields.get(name, "")) for name in ("amount", "currency")),
            *_list_party("debtor", fields),
            *(
                (name, fields.get(name, ""))
                for name in ("reference_type", "reference", "message")
            ),
            ("trailer", "EPD"),
            *after,
        ]
        return join_lines(lines, end) + tail


def _take_party(path: str, extra: Mapping[str, str]) -> dict[str, str]:
    return {name: extra[f"{path}-{name}"] for name in PARTY if f"{path}-{name}" in extra}


def _list_party(path: str, fields: Fields) -> Iterator[tuple[str, str]]:
    party = fields.get(path) or {}
    return ((f"{path}-{name}", party.get(name) or "") for name in PARTY)


DIALECT = SwissDialect()
