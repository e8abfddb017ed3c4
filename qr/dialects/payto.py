"""payto: links of RFC 8905, whatever kind of account they lead to; read, not written."""

import re
from urllib.parse import unquote

from qr.amounts import parse_amount
from qr.checksum import is_iban
from qr.dialect import Dialect, Draft, Fields
from qr.errors import Deviation, Kind, PayloadInvalid, Weight
from qr.parameters import split_parameters
from qr.payment import Account, Mutability, PaymentRequest
from qr.rules import PRINTABLE, Values, may, must

_LINK = re.compile(
    "payto://(?P<kind>[^/?#]*)/?(?P<account>[^?#]*)(?:[?](?P<query>[^#]*))?(?P<fragment>#.*)?",
    re.IGNORECASE | re.DOTALL,
)
_AMOUNT = re.compile(r"(?P<currency>[A-Za-z]{1,12}):(?P<number>[0-9]{1,16}(?:\.[0-9]{1,8})?)")
_OWN = frozenset({"kind", "account", "amount", "receiver-name", "message", "instruction"})


def _is_iban_kind(values: Values) -> bool:
    return values.get("kind") == "iban"


def _ends_in_iban(text: str) -> bool:
    return is_iban(text.rpartition("/")[2].replace(" ", "").upper())


class PaytoDialect(Dialect):
    """A kind of account, the account, and options."""

    name = "payto"
    title = "payto"
    rules = (
        must("kind", "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", "a link names the kind of account"),
        must("account", f"{PRINTABLE}+", "a link names the account"),
        may("account", _ends_in_iban, "an IBAN has its check digits", when=_is_iban_kind,
            kind=Kind.CHECKSUM),
        may("amount", _AMOUNT.pattern, "an amount is a currency, a colon and a number"),
    )  # fmt: skip

    def recognize(self, text: str) -> bool:
        """Return whether the text is such a link."""
        return text[:8].lower() == "payto://"

    def parse(self, text: str) -> Draft:
        """Take the link apart; it is its own layout."""
        link = _LINK.fullmatch(text)
        if link is None:
            raise PayloadInvalid("A payto link is payto://kind/account?options.")
        fields = {
            "kind": link["kind"].lower(),
            "account": unquote(link["account"], errors="replace"),
        }
        options: dict[str, str] = {}
        deviations: tuple[Deviation, ...] = ()
        if link["query"]:
            options, deviations = split_parameters(link["query"], plus="+")
        if link["fragment"]:
            rule, weight = "a link has no fragment", Weight.TOLERABLE
            deviations += (Deviation("", Kind.UNEXPECTED, rule, weight=weight),)
        fields = options | fields
        return Draft(fields, fields, deviations, text)

    def to_request(self, draft: Draft) -> PaymentRequest:
        """Return the transfer that is asked for."""
        values = draft.values
        stated = values.get("amount", "")
        amount = _AMOUNT.fullmatch(stated)
        currency = amount["currency"].upper() if amount else ""
        account, kind = values.get("account", ""), values.get("kind", "")
        return PaymentRequest(
            scheme=self.name,
            accounts=(Account(self.name, account, kind),) if account else (),
            payee_name=values.get("receiver-name", ""),
            currency=currency,
            amount_minor=parse_amount(amount["number"], currency) if amount else None,
            mutability=Mutability.FIXED if stated else Mutability.OPEN,
            reference=values.get("instruction", ""),
            message=values.get("message", ""),
            extra={name: text for name, text in values.items() if name not in _OWN},
        )

    def serialize(self, fields: Fields, layout: str) -> str:  # noqa: ARG002  kept whole
        """Return the link as it was read."""
        return layout


DIALECT = PaytoDialect()
