"""Both sides of a fee invoice, as their legal names and addresses are when it is issued."""

from merchants.addresses import Address
from merchants.models import (
    Application,
    ApplicationStatus,
    InvoiceTerms,
    Merchant,
    Organisation,
)


def describe_seller(organisation: Organisation, terms: InvoiceTerms) -> dict[str, str]:
    """Describe the operator, with the number by which the tax office knows it."""
    return {
        "name": organisation.legal_name,
        "known_as": "",
        **_write_address(organisation),
        "vat_number": terms.vat_number,
        "tax_number": terms.tax_number,
    }


def describe_buyer(merchant: Merchant) -> dict[str, str]:
    """Describe a shop, as far as its application said who it is in law."""
    known = Application.objects.filter(merchant=merchant, status=ApplicationStatus.APPROVED)
    application = known.first()
    if application is None:
        nothing = dict.fromkeys(("line", "postcode", "town", "vat_number", "tax_number"), "")
        return {"name": merchant.name, "known_as": "", "country": merchant.country, **nothing}
    known_as = merchant.name if merchant.name != application.legal_name else ""
    return {
        "name": application.legal_name,
        "known_as": known_as,
        **_write_address(application),
        "vat_number": application.vat_number,
        "tax_number": "",
    }


def _write_address(place: Application | Organisation) -> dict[str, str]:
    address = Address(
        street=place.street,
        building_number=place.building_number,
        postcode=place.postcode,
        town=place.town,
        country=place.country,
    )
    return {
        "line": address.street_line,
        "postcode": address.postcode,
        "town": address.town,
        "country": address.country,
    }
