"""A fee invoice's file, for the shop that it bills."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from merchants.access import Staff, staff_only, whole_merchant
from merchants.fee_invoices import find_fee_invoice, list_fee_invoices
from merchants.models import FeeInvoice
from pos.fee_invoice_files import get_or_draw_file
from pos.print.typesetter import PagesFailed


@require_GET
@never_cache
@staff_only
@whole_merchant
def fee_invoice_pdf(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Download an invoice, or go back to the list, which says why there is none just now."""
    invoice = find_fee_invoice(list_fee_invoices(staff.merchant_id), reference)
    if invoice is None:
        raise Http404
    try:
        return send_file(invoice)
    except PagesFailed:
        return redirect(f"{reverse('merchants:fee_invoices')}?said=no_pdf")


def send_file(invoice: FeeInvoice) -> HttpResponse:
    """Return an invoice's file as a download.

    Raises:
        PagesFailed: it is not drawn yet, and cannot be just now.
    """
    kept = get_or_draw_file(invoice)
    disposition = {"Content-Disposition": f'attachment; filename="{invoice.label}.pdf"'}
    return HttpResponse(bytes(kept.pdf), content_type="application/pdf", headers=disposition)
