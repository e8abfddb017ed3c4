"""The payload of the till's code: a link, or an EMVCo code if the store chose it."""

from functools import lru_cache

from django.conf import settings

from merchants.models import CodeFormat
from pos.models import Charge
from qr.charge_codes import ChargeCode, encode_charge_code
from qr.links import encode_link

# Cached, because encoding checks its result and a till reads an open charge repeatedly.
_encode = lru_cache(maxsize=1024)(encode_charge_code)


def write_payload(charge: Charge) -> str:
    """Return the payload of the charge's code; the store and terminal must be loaded."""
    return write_merchant_code(charge) if shows_merchant_code(charge) else write_link(charge)


def shows_merchant_code(charge: Charge) -> bool:
    """Return whether the charge's store shows EMVCo codes instead of links."""
    return charge.store.code_format == CodeFormat.EMV


def write_link(charge: Charge) -> str:
    """Write the charge's link."""
    return encode_link(settings.PUBLIC_URL, charge.token)


def write_merchant_code(charge: Charge) -> str:
    """Write the charge as an EMVCo merchant-presented code."""
    store = charge.store
    code = ChargeCode(
        token=charge.token,
        amount_minor=charge.amount_minor,
        currency=charge.currency,
        country=store.merchant.country.upper(),
        name=store.name,
        city=store.city,
        reference=charge.short_code,
        terminal=charge.terminal.name if charge.terminal else "",
        category=store.merchant.trade,
    )
    return _encode(code, host=settings.PUBLIC_HOST)
