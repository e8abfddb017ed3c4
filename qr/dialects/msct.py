"""MSCT codes: a web address that asks for a SEPA credit transfer at a point of interaction.

Source: European Payments Council, EPC024-22 version 2.10 (EN 18184). The names of the
parameters are the issuer's own; those of the open Euvena profile 1 are understood, and their
rules are in `qr/dialects/msct_rules.py`.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from qr.amounts import format_amount, parse_amount
from qr.dialect import Dialect, Draft, Fields
from qr.dialects.msct_rules import PAYEES, RULES, is_profile
from qr.errors import Deviation, Kind, PayloadInvalid, Weight
from qr.parameters import split_parameters
from qr.payment import Account, Mutability, PaymentRequest
from qr.rules import Values, flatten

_OWN = ("nm", "mcc", "rs", "ru", "cur", "amt")
_LINK = re.compile(
    r"(?P<scheme>https?)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?:[?](?P<query>[^#]*))?"
    r"(?P<fragment>#.*)?",
    re.IGNORECASE | re.DOTALL,
)
_PATH = re.compile("/(?P<version>[^/]*)/(?P<type>[^/]*)/(?P<provider>[^/]*)(?P<slash>/?)")
_CLAIM = re.compile("https?://[^/?#]+/[0-9]{1,2}/[a-z0-9]/[a-z0-9]{3}/?[?]", re.IGNORECASE)


class MsctDialect(Dialect):
    """An address of five parts; the query's names stay as they are, in their order."""

    name = "msct"
    title = "MSCT"
    rules = RULES

    def recognize(self, text: str) -> bool:
        """Return whether a web address has the path of such a code."""
        return _CLAIM.match(text) is not None

    def parse(self, text: str) -> Draft:
        """Take the address apart; it is its own layout."""
        link = _LINK.fullmatch(text)
        path = _PATH.fullmatch(link["path"]) if link else None
        if link is None or path is None:
            raise PayloadInvalid("An MSCT address is https://domain/1/type/provider/?payload.")
        query, deviations = split_parameters(link["query"] or "", plus=" ", prefix="query-")
        host = link["authority"].rpartition("@")[2].partition(":")[0]
        fields = {
            "domain": host.lower(),
            "version": path["version"],
            "type": path["type"],
            "provider": path["provider"],
            "query": query,
        }
        values = flatten(fields)
        deviations += (*_check_address(link), *_check_names(values))
        if not path["slash"]:
            rule = "a slash stands before the payload"
            weight = Weight.TOLERABLE
            deviations += (Deviation("path", Kind.STRUCTURE, rule, weight=weight),)
        return Draft(fields, values, deviations, text)

    def to_request(self, draft: Draft) -> PaymentRequest:
        """Return the request; only its provider can resolve a token."""
        # Only their issuer knows the meaning of another profile's names.
        names = (*PAYEES, *_OWN) if is_profile(draft.values) else ()
        own = {name: draft.values.get(f"query-{name}", "") for name in names}
        currency = own.get("cur", "").upper()
        amount = parse_amount(own.get("amt", ""), currency)
        if amount is None:
            own.pop("amt", None)
        said = {"version", *(f"query-{name}" for name in own)}
        return PaymentRequest(
            scheme=self.name,
            accounts=tuple(
                Account(self.name, own[name], kind)
                for name, kind in PAYEES.items()
                if own.get(name)
            ),
            currency=currency,
            amount_minor=amount,
            # Without amount the payee's provider names it; the payer never does.
            mutability=Mutability.FIXED,
            extra={path: text for path, text in draft.values.items() if path not in said},
            payee_name=own.get("nm", ""),
            category=own.get("mcc", ""),
            reference=own.get("rs", ""),
            message=own.get("ru", ""),
        )

    def to_fields(self, request: PaymentRequest) -> Fields:
        """Return the parts of the address; domain, type and provider are in `extra`."""
        names = {kind: name for name, kind in PAYEES.items()}
        amount = request.amount_minor
        own = {
            **{names.get(each.kind, each.kind): each.value for each in request.accounts},
            "nm": request.payee_name,
            "mcc": request.category,
            "rs": request.reference,
            "ru": request.message,
            "cur": request.currency,
            "amt": "" if amount is None else format_amount(amount, request.currency),
        }
        said = {name: text for name, text in own.items() if text}
        parts = {name: request.extra.get(name, "") for name in ("domain", "type", "provider")}
        return {**parts, "version": "1", "query": {**_take_query(request.extra), **said}}

    def serialize(self, fields: Fields, layout: str) -> str:
        """Write the address; with its own layout, exactly as it was."""
        if layout and self.parse(layout).fields == fields:
            return layout
        query = "&".join(
            f"{quote(name, errors='replace')}={quote(value, safe='@:,', errors='replace')}"
            for name, value in (fields.get("query") or {}).items()
        )
        path = "/".join(
            fields.get(name, "") for name in ("domain", "version", "type", "provider")
        )
        return f"https://{path}/?{query}"


def _check_address(link: re.Match[str]) -> Iterator[Deviation]:
    if link["scheme"].lower() != "https":
        yield Deviation("scheme", Kind.VALUE, "the address starts with https")
    host = link["authority"].rpartition("@")[2]
    if "@" in link["authority"]:
        rule = "the address has no credentials, a name to sign in with"
        yield Deviation("domain", Kind.UNEXPECTED, rule)
    if ":" in host:
        yield Deviation("domain", Kind.UNEXPECTED, "the address names no port")
    if link["fragment"] is not None:
        yield Deviation("fragment", Kind.UNEXPECTED, "the address has no fragment")


def _check_names(values: Values) -> Iterator[Deviation]:
    if not is_profile(values):
        rule = "the parameters' names are of a known profile"
        yield Deviation("query", Kind.RESERVED, rule, weight=Weight.NOTE)


def _take_query(extra: Mapping[str, str]) -> dict[str, str]:
    query = ((path.partition("query-"), text) for path, text in extra.items())
    return {name: text for (before, _, name), text in query if name and not before}


DIALECT = MsctDialect()
