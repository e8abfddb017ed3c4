"""The console's pages of whether the bank has what is owed, and of the signed reports."""

from base64 import b64encode
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from banking.models import SafeguardReport
from banking.safeguard_reports import describe_signed, find_report, list_reports, read_content
from banking.safeguard_sheet import lay_out
from banking.safeguarding import (
    check_safeguarding,
    find_causes,
    list_checks,
    list_currencies,
)
from console.access import operators_only
from console.models import Operator
from console.network_values import is_limited_network
from ledger.audit.canonical import write_object
from merchants.organisations import find_organisation
from relay.jobs import enqueue_on_commit

_CHECKS_SHOWN = 30
_REPORTS_SHOWN = 60


@require_http_methods(["GET", "POST"])
@never_cache
@operators_only
def safeguarding(request: HttpRequest, operator: Operator) -> HttpResponse:
    """Show whether the bank has what is owed, and how it was before; on POST check it now.

    The banker makes the signed report of each check.
    """
    currencies = list_currencies()
    if request.method == "POST":
        for currency in currencies:
            check_safeguarding(currency)
        enqueue_on_commit("banking.sweep_reports")
        return redirect("console:safeguarding")
    context = {
        "operator": operator,
        "is_limited_network": is_limited_network(),
        "currencies": [_describe(each) for each in currencies],
    }
    return render(request, "console/safeguarding.html", context)


@require_GET
@never_cache
@operators_only
def report(request: HttpRequest, operator: Operator, reference: str) -> HttpResponse:
    """Show a signed report, also for print."""
    found = _find(reference)
    context = {
        "operator": operator,
        "organisation": find_organisation(),
        "sheet": lay_out(found),
        "root": bytes(found.root).hex(),
        "previous_hash": read_content(found)["previous_hash"],
        "signature": b64encode(bytes(found.signature)).decode(),
    }
    return render(request, "console/safeguard_report.html", context)


@require_GET
@never_cache
@operators_only
def report_file(request: HttpRequest, operator: Operator, reference: str) -> HttpResponse:
    """Send a signed report as JSON."""
    found = _find(reference)
    name = f"safeguarding-{found.currency}-{found.number:04}.json"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    document = write_object(describe_signed(found))
    return HttpResponse(document, content_type="application/json", headers=disposition)


def _find(reference: str) -> SafeguardReport:
    found = find_report(reference)
    if found is None:
        raise Http404
    return found


def _describe(currency: str) -> dict[str, Any]:
    checks = list_checks(currency, count_max=_CHECKS_SHOWN)
    latest = checks[0] if checks else None
    reports = list_reports(currency, count_max=_REPORTS_SHOWN)
    is_being_made = latest is not None and all(each.pk != latest.pk for each in reports)
    return {
        "currency": currency,
        "latest": latest,
        "checks": checks,
        "causes": find_causes(currency) if latest and latest.difference_minor else [],
        "reports": reports,
        "is_being_made": is_being_made,
    }
