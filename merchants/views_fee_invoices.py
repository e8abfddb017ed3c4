"""The dashboard's page of fee invoices; `pos` draws their files."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from merchants.access import Staff, staff_only, whole_merchant
from merchants.fee_invoices import list_fee_invoices, page_fee_invoices
from merchants.models import FeeInvoice


@require_GET
@never_cache
@staff_only
@whole_merchant
def fee_invoices(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the shop's fee invoices, the newest first."""
    invoices = list_fee_invoices(staff.merchant_id)
    try:
        rows, after = page_fee_invoices(invoices, after=request.GET.get("after", ""))
    except FeeInvoice.DoesNotExist:
        raise Http404 from None
    context = {
        "merchant": staff.merchant,
        "invoices": rows,
        "next_cursor": after,
        "no_file": request.GET.get("said") == "no_pdf",
    }
    return render(request, "merchants/fee_invoices.html", context)
