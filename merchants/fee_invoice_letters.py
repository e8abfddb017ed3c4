"""What a shop's people are told when its fees of a month are billed."""

from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.dateformat import format as write_date
from django.utils.translation import gettext

from ledger.money import format_money
from merchants.models import FeeInvoice
from relay.letters import Text


def write_fee_invoice(invoice_id: UUID) -> Text | None:
    """Write to a shop's people that an invoice, or a credit note, of its fees is there."""
    found = FeeInvoice.objects.select_related("balance__merchant")
    invoice = found.filter(pk=invoice_id).first()
    if invoice is None:
        return None
    facts = {
        "number": invoice.label,
        "month": write_date(invoice.month, "F Y"),
        "shop": invoice.balance.merchant.name,
        "amount": format_money(abs(invoice.total_minor), invoice.currency),
    }
    if invoice.is_credit_note:
        words = gettext(
            "The credit note %(number)s of %(amount)s for fees of %(shop)s in %(month)s is"
            " there. It is on your account already; nothing is to be done."
        )
    else:
        words = gettext(
            "The invoice %(number)s of %(amount)s for the fees of %(shop)s in %(month)s is"
            " there. Your settlements have paid it already; nothing is to be paid."
        )
    page = f"{settings.PUBLIC_URL}{reverse('merchants:fee_invoices')}"
    return Text(
        subject=gettext("Fees of %(shop)s in %(month)s: %(number)s") % facts,
        body=f"{words % facts}\n\n{page}\n",
    )
