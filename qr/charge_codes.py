"""A charge of Tessera as an EMVCo merchant-presented code, for scanners that read no links.

EMVCo QRCPS MPM 1.1: a dynamic code (01 is 12) whose merchant account template (26) holds a
unique identifier of the installation (00) and the charge's token (01). Everything else in it is
for people and other systems to read: payers are shown the server's data.
"""

import unicodedata
from dataclasses import dataclass
from uuid import UUID, uuid5

from qr.dialects.emv_mpm import DIALECT
from qr.errors import PayloadInvalid
from qr.links import decode_token, encode_token
from qr.payment import Account, Initiation, Mutability, PaymentRequest

# An installation's identifier is a UUID of its host's name in this namespace.
_NAMESPACE = UUID("8f7871cf-fbf4-4a16-9a07-97e7702e4062")
_PLACE = "26-01"
_NO_CATEGORY = "0000"
_NAME_MAX, _CITY_MAX, _LABEL_MAX = 25, 15, 25


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeCode:
    """The content of a charge's code; `category` is the shop's (ISO 18245), if it is known."""

    token: UUID
    amount_minor: int
    currency: str
    country: str
    name: str
    city: str = ""
    reference: str = ""
    terminal: str = ""
    category: str = ""


def make_guid(host: str) -> str:
    """Return the unique identifier (EMVCo 26-00) of the installation at this host."""
    return uuid5(_NAMESPACE, host.lower()).hex


def encode_charge_code(code: ChargeCode, *, host: str) -> str:
    """Write a charge as merchant-presented text.

    Names are reduced to EMVCo's common character set: accents are dropped, and a name in
    another script is replaced by the reference.

    Raises:
        PayloadInvalid: the currency has no number, or the country is none.
    """
    name = _fold(code.name, _NAME_MAX) or code.reference or "-"
    labels = {"62-07": _fold(code.terminal, _LABEL_MAX)}
    request = PaymentRequest(
        scheme=DIALECT.name,
        accounts=(Account(make_guid(host), encode_token(code.token), "", _PLACE),),
        payee_name=name,
        payee_city=_fold(code.city, _CITY_MAX) or code.country,
        country=code.country,
        category=code.category or _NO_CATEGORY,
        currency=code.currency,
        amount_minor=code.amount_minor,
        mutability=Mutability.FIXED,
        reference=code.reference,
        initiation=Initiation.DYNAMIC,
        extra={path: text for path, text in labels.items() if text},
    )
    return DIALECT.encode(request)


def is_of_host(request: PaymentRequest | None, host: str) -> bool:
    """Return whether a merchant-presented code names the installation at this host."""
    return request is not None and _find_token(request, host) is not None


def decode_charge_code(text: str, *, host: str) -> ChargeCode:
    """Read the code of a charge of the installation at this host.

    Raises:
        PayloadInvalid: another system's or another host's, or it was altered.
    """
    request = DIALECT.decode(text.strip()).request
    token = _find_token(request, host) if request is not None else None
    if request is None or token is None or request.amount_minor is None:
        raise PayloadInvalid("This is not the code of a charge here.")
    return ChargeCode(
        token=decode_token(token),
        amount_minor=request.amount_minor,
        currency=request.currency,
        country=request.country,
        name=request.payee_name,
        city=request.payee_city,
        reference=request.reference,
        terminal=request.extra.get("62-07", ""),
        category="" if request.category == _NO_CATEGORY else request.category,
    )


def _find_token(request: PaymentRequest, host: str) -> str | None:
    guid = make_guid(host)
    return next((each.value for each in request.accounts if each.scheme == guid), None)


def _fold(text: str, most: int) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    kept = "".join(each for each in plain if each.isprintable())
    return kept[:most].strip()
