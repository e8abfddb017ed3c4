"""The dashboard's page of where a shop's money is, and the proof that it is counted."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from banking.safeguard_proofs import Share, find_share
from banking.safeguard_reports import find_newest_report
from banking.safeguard_sheet import Sheet, lay_out
from merchants.access import Staff, staff_only, whole_merchant
from merchants.queries import list_merchant_balances, list_owed_accounts


@require_GET
@never_cache
@staff_only
@whole_merchant
def safeguarding(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show the newest report of each currency; with `?proof=EUR` send the shop's proof."""
    reports = _find_reports(staff)
    if "proof" in request.GET:
        return _send_proof(reports, request.GET["proof"])
    context = {"merchant": staff.merchant, "reports": reports}
    return render(request, "merchants/safeguarding.html", context)


def _find_reports(staff: Staff) -> list[tuple[Sheet, Share | None]]:
    found = []
    for balance in list_merchant_balances(staff.merchant.id):
        report = find_newest_report(balance.currency)
        if report is not None:
            share = find_share(report, list_owed_accounts(balance))
            found.append((lay_out(report), share))
    return found


def _send_proof(reports: list[tuple[Sheet, Share | None]], currency: str) -> HttpResponse:
    for sheet, share in reports:
        if share is not None and sheet.currency == currency:
            return HttpResponse(
                share.write(),
                content_type="application/json",
                headers={
                    "Content-Disposition": f'attachment; filename="proof-{currency}.json"'
                },
            )
    raise Http404
