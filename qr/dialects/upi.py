"""UPI links: `upi://pay?` and parameters.

Source: NPCI, UPI Linking Specifications 1.6. The rules are in `qr/dialects/upi_rules.py`;
`qr/signatures.py` checks a link's signature.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from qr.amounts import format_amount, is_zero, parse_amount
from qr.dialect import Dialect, Draft, Fields
from qr.dialects.upi_rules import RULES, find_initiation, is_stated, parse_time
from qr.errors import Deviation, Kind, PayloadInvalid, Weight
from qr.parameters import split_parameters, unescape_ampersands
from qr.payment import Account, Initiation, Mutability, PaymentRequest

NAMES = (
    "pa", "pn", "mc", "tid", "tr", "tn", "am", "mam", "cu", "url", "refUrl", "mode", "purpose",
    "orgid", "ver", "qrMedium", "QRts", "QRexpire", "mid", "msid", "mtid", "invoiceNo",
    "gstBrkUp", "sign",
)  # fmt: skip
_CANONICAL = {name.lower(): name for name in NAMES}
# As the specification's example of a signed link has it.
_VARIANTS = frozenset({"orgId"})
_OWN = frozenset({"pa", "pn", "mc", "tr", "tn", "am", "cu", "sign"})
_USUAL_MODES = {Initiation.DYNAMIC: "15", Initiation.STATIC: "01"}
_LINK = re.compile(
    "(?P<scheme>upi)://(?P<path>[^?]*)[?](?P<query>.*)", re.IGNORECASE | re.DOTALL
)


class UpiDialect(Dialect):
    """A link whose parameters stay in their order, unknown ones too."""

    name = "upi"
    title = "UPI"
    rules = RULES

    def recognize(self, text: str) -> bool:
        """Return whether the text is a link of UPI, to pay or for something else."""
        return text[:6].lower() == "upi://"

    def parse(self, text: str) -> Draft:
        """Take the parameters; the layout is the link itself."""
        link = _LINK.fullmatch(text)
        if link is None:
            raise PayloadInvalid("A UPI link is upi://pay? and parameters.")
        parameters, deviations = split_parameters(link["query"], plus="+")
        values: dict[str, str] = {}
        for name, value in parameters.items():
            canonical = _CANONICAL.get(name.lower(), name)
            if canonical in values:
                rule = "a parameter is there once"
                deviations += (Deviation(canonical, Kind.DUPLICATE, rule),)
            elif canonical != name:
                rule = "a parameter's name is written as the specification has it"
                weight = Weight.NOTE if name in _VARIANTS else Weight.TOLERABLE
                deviations += (Deviation(canonical, Kind.VALUE, rule, name, weight),)
            values.setdefault(canonical, value)
        return Draft(parameters, values, (*deviations, *_check_outline(link, values)), text)

    def to_request(self, draft: Draft) -> PaymentRequest:
        """Return the link's request; a signed link is kept whole."""
        values = {name: text for name, text in draft.values.items() if is_stated(name, text)}
        amount = values.get("am", "")
        if is_zero(amount):
            amount = ""
        expires_at = parse_time(values.get("QRexpire", ""))
        initiation = find_initiation(values.get("mode", ""))
        usual = {
            "mode": _USUAL_MODES.get(initiation),
            "QRexpire": expires_at.isoformat() if expires_at else None,
        }
        extra = {
            name: text
            for name, text in values.items()
            if name not in _OWN and usual.get(name) != text
        }
        if "sign" in values:
            # Nothing of a signed link may change, so that it is forwarded whole.
            extra["sign"] = draft.layout
        mutability = Mutability.EDITABLE if "mam" in values else Mutability.FIXED
        return PaymentRequest(
            scheme=self.name,
            accounts=(Account(self.name, values["pa"], "vpa"),) if "pa" in values else (),
            payee_name=values.get("pn", ""),
            category=values.get("mc", ""),
            currency="INR",
            amount_minor=parse_amount(amount, "INR"),
            mutability=mutability if amount else Mutability.OPEN,
            reference=values.get("tr", ""),
            message=values.get("tn", ""),
            expires_at=expires_at,
            initiation=initiation,
            extra=extra,
        )

    def encode(self, request: PaymentRequest) -> str:
        """Write a link; a signed one comes back as it was, if the request did not change."""
        signed = request.extra.get("sign")
        if signed is None:
            return super().encode(request)
        if self.decode(signed).request != request:
            rule = "a signed link is forwarded as it is"
            raise PayloadInvalid.from_deviation(Deviation("sign", Kind.AGREEMENT, rule))
        return signed

    def to_fields(self, request: PaymentRequest) -> Fields:
        """Return the parameters, the payee's first."""
        if request.mutability is Mutability.EDITABLE and "mam" not in request.extra:
            rule = "an amount that may be changed has a least amount"
            raise PayloadInvalid.from_deviation(Deviation("mam", Kind.MISSING, rule))
        amount, expires_at = request.amount_minor, request.expires_at
        stated = request.extra.get("QRexpire", "")
        if expires_at and parse_time(stated) != expires_at:
            stated = expires_at.isoformat()
        fields = {
            "pa": "".join(account.value for account in request.accounts[:1]),
            "pn": request.payee_name,
            "mc": request.category,
            "tr": request.reference,
            "tn": request.message,
            "am": "" if amount is None else format_amount(amount, request.currency),
            "cu": request.currency,
            "mode": _USUAL_MODES.get(request.initiation, ""),
        } | dict(request.extra)
        fields["QRexpire"] = stated
        return {name: text for name, text in fields.items() if text}

    def serialize(self, fields: Fields, layout: str) -> str:
        """Write the parameters in their order; with their own layout, exactly as they were."""
        if layout and self.parse(layout).fields == fields:
            return layout
        return "upi://pay?" + "&".join(_write(fields))


def _check_outline(link: re.Match[str], values: Mapping[str, str]) -> Iterator[Deviation]:
    path = link["path"]
    if path.lower().rstrip("/") != "pay":
        yield Deviation(
            "path", Kind.VALUE, "only upi://pay asks for a payment", repr(path[:20])
        )
    elif (link["scheme"], path) != ("upi", "pay"):
        rule = "a link starts with upi://pay?"
        yield Deviation("path", Kind.VALUE, rule, weight=Weight.TOLERABLE)
    # Text after a signature is not signed.
    last = unescape_ampersands(link["query"]).rpartition("&")[2]
    if "sign" in values and not last.lower().startswith("sign="):
        yield Deviation("sign", Kind.ORDER, "the signature is the last parameter")


def _write(fields: Mapping[str, str]) -> Iterator[str]:
    for name, value in fields.items():
        safe = "/+=" if name == "sign" else "@:/,"
        yield f"{quote(name, errors='replace')}={quote(value, safe=safe, errors='replace')}"


DIALECT = UpiDialect()
