"""The VAT in a settlement's fees, in words."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as translate

from ledger.templatetags.money import money_of
from ledger.typed import write_percent
from merchants.errors import InvoiceRefused
from merchants.invoice_parties import describe_buyer, describe_seller
from merchants.invoice_terms import find_terms
from merchants.invoice_vat import decide_vat, take_out_vat
from merchants.models import Settlement
from merchants.organisations import find_organisation


def list_vat_words(settlement: Settlement) -> Iterator[str]:
    """Yield the VAT in the settlement's fees, or why there is none; nothing without terms."""
    merchant, organisation = settlement.balance.merchant, find_organisation()
    day = settlement.closed_at.astimezone(ZoneInfo(merchant.time_zone)).date()
    # As they were when it closed: a statement never changes.
    terms = find_terms(day.replace(day=1), known_by=settlement.closed_at)
    if terms is None or organisation is None:
        return
    try:
        vat = decide_vat(
            terms,
            seller=describe_seller(organisation, terms),
            buyer=describe_buyer(merchant),
            is_own_currency=settlement.currency == organisation.currency,
        )
    except InvoiceRefused:
        return
    if vat.exemption:
        yield translate("No VAT is in the fees: %(reason)s.") % {
            "reason": vat.exemption.rstrip(".")
        }
        return
    vat_minor = take_out_vat(settlement.fees_minor, vat.bps)
    words = translate(
        "The fees have %(rate)s %% VAT in them: %(vat)s. The invoice of the month rounds once."
    )
    yield (
        words
        % {
            "rate": write_percent(vat.bps),
            "vat": money_of(vat_minor, settlement.currency),
        }
    )
