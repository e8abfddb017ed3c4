"""The console's page of fee invoices, and of the terms by which they are issued."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from console.access import operators_only
from console.forms_invoices import TermsForm
from console.invoice_decisions import bill_month, set_terms
from console.models import Operator
from console.money_in import find_by_reference
from console.views_runs import name_device
from foundation.once import FormReused
from ledger.typed import write_percent
from merchants.errors import InvoiceRefused, MonthNotOver
from merchants.fee_invoices import (
    find_fee_invoice,
    find_refusal,
    list_fee_invoices,
    list_unbilled,
    page_fee_invoices,
    sum_fees_of,
)
from merchants.invoice_terms import list_terms
from merchants.models import FeeInvoice, InvoiceTerms
from merchants.organisations import find_organisation
from merchants.queries import find_shop_day
from pos.print.typesetter import PagesFailed
from pos.views.fee_invoices import send_file

_TERMS_SHOWN, _UNBILLED_SHOWN = 20, 50


@require_http_methods(["GET", "POST"])
@never_cache
@operators_only
def fee_invoices(request: HttpRequest, operator: Operator) -> HttpResponse:
    """Show the invoices of all shops and their terms; on POST set other terms."""
    if request.method == "GET":
        return _show(request, operator, form=_make_form())
    form = _make_form(request)
    if not form.is_valid():
        return _show(request, operator, form=form, status=422)
    try:
        set_terms(
            form.read_terms(),
            terms_id=form.read_id(),
            by=operator,
            device=name_device(request),
        )
    except FormReused as refusal:
        form.renew(refusal)
        return _show(request, operator, form=form, status=409)
    return redirect("console:fee_invoices")


@require_GET
@never_cache
@operators_only
def fee_invoice_pdf(request: HttpRequest, operator: Operator, reference: str) -> HttpResponse:
    """Download an invoice, or go back to the list, which says why there is none just now."""
    invoice = find_fee_invoice(list_fee_invoices(), reference)
    if invoice is None:
        raise Http404
    try:
        return send_file(invoice)
    except PagesFailed:
        return redirect(f"{reverse('console:fee_invoices')}?said=no_pdf")


@require_POST
@never_cache
@operators_only
def bill(request: HttpRequest, operator: Operator, reference: str) -> HttpResponse:
    """Bill a month that is not billed by itself."""
    unbilled = find_by_reference(list_unbilled(), "um", reference)
    if unbilled is None:
        # Billed meanwhile: the list has its invoice.
        return redirect("console:fee_invoices")
    try:
        bill_month(unbilled, by=operator, device=name_device(request))
    except (InvoiceRefused, MonthNotOver) as refused:
        # Only the first one has words.
        refusal = str(refused) or gettext("The ledger has not closed this month yet.")
        return _show(request, operator, form=_make_form(), refusal=refusal, status=409)
    return redirect("console:fee_invoices")


def _make_form(request: HttpRequest | None = None) -> TermsForm:
    organisation = find_organisation()
    country = "" if organisation is None else organisation.country
    zone = "UTC" if organisation is None else organisation.time_zone
    initial: dict[str, Any] = {"month": f"{find_shop_day(zone):%Y-%m}"}
    latest = next(iter(list_terms(count_max=1)), None)
    if latest is None:
        initial["percent"] = "0"
        initial["exemption"] = gettext(
            "Exempt: payment services, Article 135(1)(d) of Directive 2006/112/EC"
        )
    else:
        initial |= {
            "vat_number": latest.vat_number,
            "tax_number": latest.tax_number,
            "percent": write_percent(latest.vat_bps),
            "exemption": latest.exemption,
        }
    return TermsForm(request and request.POST, country=country, initial=initial)


def _show(
    request: HttpRequest,
    operator: Operator,
    *,
    form: TermsForm,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    try:
        rows, after = page_fee_invoices(list_fee_invoices(), after=request.GET.get("after", ""))
    except FeeInvoice.DoesNotExist:
        raise Http404 from None
    context = {
        "operator": operator,
        "form": form,
        "refusal": refusal,
        "unbilled": [
            (each, find_refusal(each), sum_fees_of(each))
            for each in list_unbilled()[:_UNBILLED_SHOWN]
        ],
        "terms": [_write(each) for each in list_terms(count_max=_TERMS_SHOWN)],
        "invoices": rows,
        "next_cursor": after,
        "no_file": request.GET.get("said") == "no_pdf",
    }
    return render(request, "console/fee_invoices.html", context, status=status)


def _write(terms: InvoiceTerms) -> tuple[InvoiceTerms, str]:
    return terms, write_percent(terms.vat_bps)
