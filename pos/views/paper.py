"""A settlement on paper: a page with every line, and a PDF."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from banking.ibans import mask_iban
from merchants.access import Staff, staff_only, whole_merchant
from merchants.holds import show_hold
from merchants.models import Settlement
from merchants.queries import find_settlement
from merchants.reports.paper import LINES_MAX, fits_paper, read_paper
from pos.makers import find_makers
from pos.print import statements
from pos.print.typesetter import PagesFailed
from pos.statement_lines import write_lines
from pos.subtotals import read_subtotals
from pos.views.exports import name_file


@require_GET
@never_cache
@staff_only
@whole_merchant
def settlement_print(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Show one settlement with all its lines, to be printed; too many lead back to its page."""
    found = _find(staff, reference)
    if not fits_paper(found):
        return _refuse(found, "no_paper")
    paper = read_paper(
        found,
        find_makers=find_makers,
        sum_up=read_subtotals,
        write_lines=write_lines,
        most=LINES_MAX,
    )
    order = found.payout_order
    context = {
        "merchant": staff.merchant,
        "settlement": found,
        "paper": paper,
        "hold": show_hold(staff.merchant_id) if found.payout_status == "held" else None,
        "payout_iban": mask_iban(order.creditor_iban) if order else "",
    }
    return render(request, "pos/settlement_print.html", context)


@require_GET
@never_cache
@staff_only
@whole_merchant
def settlement_pdf(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Download one settlement as PDF, or go back to its page, which says why there is none."""
    found = _find(staff, reference)
    if not fits_paper(found):
        return _refuse(found, "no_paper")
    paper = read_paper(
        found,
        find_makers=find_makers,
        sum_up=read_subtotals,
        write_lines=write_lines,
        most=statements.LINES_MAX,
    )
    try:
        pages = statements.draw_statement(paper)
    except PagesFailed:
        return _refuse(found, "no_pdf")
    answer = HttpResponse(pages, content_type="application/pdf")
    name = name_file(found, "pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _find(staff: Staff, reference: str) -> Settlement:
    found = find_settlement(staff.merchant_id, reference)
    if found is None:
        raise Http404
    return found


def _refuse(settlement: Settlement, said: str) -> HttpResponse:
    address = reverse("merchants:settlement", kwargs={"reference": settlement.public_id})
    return redirect(f"{address}?said={said}")
