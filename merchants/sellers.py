"""The legal name and the VAT number of a shop, as they stand on receipts."""

from typing import NamedTuple

from merchants.models import Application, ApplicationStatus, Merchant


class Seller(NamedTuple):
    """Who sells, by law; both are empty where the shop has not said them."""

    legal_name: str
    vat_number: str


def find_seller(merchant: Merchant) -> Seller:
    """Return who sells at a shop; a legal name equal to the shop's is not repeated."""
    known = Application.objects.filter(merchant=merchant, status=ApplicationStatus.APPROVED)
    application = known.first()
    if application is None:
        return Seller("", "")
    name = application.legal_name
    return Seller("" if name == merchant.name else name, application.vat_number)
