"""The VAT on fees: which kind it is for a shop, and how much of an amount."""

from dataclasses import dataclass

from django.utils.translation import gettext

from merchants.errors import InvoiceRefused
from merchants.models import InvoiceTerms

_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
_WHOLE_BPS = 10_000
# Categories of EN 16931 (UNTDID 5305): standard rate, exempt, reverse charge.
STANDARD, EXEMPT, REVERSE = "S", "E", "AE"


@dataclass(frozen=True, slots=True)
class Vat:
    """A category of EN 16931, its rate, and why nothing is charged, if so."""

    category: str
    bps: int
    exemption: str


def decide_vat(
    terms: InvoiceTerms, *, seller: dict[str, str], buyer: dict[str, str], is_own_currency: bool
) -> Vat:
    """Decide which VAT is on a shop's fees.

    Raises:
        InvoiceRefused: it needs facts that are not known here.
    """
    if not terms.vat_bps:
        return Vat(EXEMPT, 0, terms.exemption)
    if seller["country"] == buyer["country"]:
        if not is_own_currency:
            # VAT directive, Article 230: by the day's rate, which is not known here.
            words = gettext("Its VAT would have to be said in the operator's own currency too.")
            raise InvoiceRefused(words)
        return Vat(STANDARD, terms.vat_bps, "")
    if not (seller["country"] in _EU and buyer["country"] in _EU):
        words = gettext("It is outside the European Union, and fees are with VAT.")
        raise InvoiceRefused(words)
    if not (buyer["vat_number"] and seller["vat_number"]):
        words = gettext("It is in another country, and a VAT number is missing.")
        raise InvoiceRefused(words)
    return Vat(REVERSE, 0, gettext("Reverse charge"))


def take_out_vat(gross_minor: int, vat_bps: int) -> int:
    """Return the VAT in an amount, in minor units, half away from zero; of its sign."""
    of = _WHOLE_BPS + vat_bps
    vat_minor = (2 * abs(gross_minor) * vat_bps + of) // (2 * of)
    return vat_minor if gross_minor >= 0 else -vat_minor
