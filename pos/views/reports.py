"""The dashboard's reports, as a page and as a file."""

from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from merchants.access import Staff, staff_only
from merchants.exports import is_offered
from merchants.layouts import LAYOUTS, suggest_layout
from merchants.queries import find_shop_day
from pos.forms_reports import ReportForm
from pos.report_file import counts_pieces, name_by, write_report_csv
from pos.report_sums import By, find_most
from pos.reports import read_reports


@require_GET
@never_cache
@staff_only
def reports(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show what was sold in some days, of the merchant or of this person's store."""
    today = find_shop_day(staff.merchant.time_zone)
    form = ReportForm(request.GET, staff=staff, today=today)
    asked = form.read() if form.is_valid() else None
    found = read_reports(staff, asked) if asked else []
    by = form.read_by()
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "form": form,
        "asked": asked,
        "by": by,
        "ways": [(each, name_by(each)) for each in By],
        "name": name_by(by),
        "counts_pieces": counts_pieces(by),
        "spans": _list_spans(today),
        "reports": found or [],
        "is_too_much": found is None,
        "lines_max": find_most(by),
        "is_offered": is_offered(),
        "layouts": LAYOUTS.values(),
        "layout": suggest_layout(request.headers.get("Accept-Language", "")),
    }
    return render(request, "pos/reports.html", context, status=200 if asked else 422)


@require_GET
@never_cache
@staff_only
def reports_csv(request: HttpRequest, staff: Staff) -> StreamingHttpResponse:
    """Download the report that the page shows with the same address.

    `as` names a layout; without it a browser gets the one of its language, a program its own.
    """
    form = ReportForm(request.GET, staff=staff, today=find_shop_day(staff.merchant.time_zone))
    found = read_reports(staff, form.read()) if form.is_valid() else None
    if found is None:
        raise Http404
    layout = suggest_layout(request.headers.get("Accept-Language", ""))
    layout = LAYOUTS.get(request.GET.get("as", ""), layout)
    text = write_report_csv(form.read_by(), found, layout)
    response = StreamingHttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{gettext("report")}.csv"'
    return response


def _list_spans(today: date) -> list[tuple[str, date, date]]:
    yesterday = today - timedelta(days=1)
    monday = today - timedelta(days=today.weekday())
    first = today.replace(day=1)
    last = first - timedelta(days=1)
    return [
        (gettext("Today"), today, today),
        (gettext("Yesterday"), yesterday, yesterday),
        (gettext("This week"), monday, today),
        (gettext("Last week"), monday - timedelta(days=7), monday - timedelta(days=1)),
        (gettext("This month"), first, today),
        (gettext("Last month"), last.replace(day=1), last),
    ]
