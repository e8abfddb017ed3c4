"""The dashboard's payments: looked for, added up, and as a file."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from merchants.access import Staff, staff_only
from merchants.exports import is_offered
from merchants.layouts import suggest_layout
from merchants.models import ExportKind
from merchants.queries import read_clock
from pos.errors import NotFound
from pos.forms_search import STATUSES, SearchForm
from pos.models import Charge
from pos.payment_file import write_payments_csv
from pos.queries import page_after
from pos.search import LATELY, Wanted, find_staff_payments, read_pages, sum_found
from pos.views.long_exports import redirect_to_export

# More are a long file.
_AT_ONCE_MAX = 20_000


@require_GET
@never_cache
@staff_only
def payments(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the charges of the merchant, or of the one store that this person works for."""
    form = SearchForm(request.GET, staff=staff)
    status = 200 if form.is_valid() else 422
    wanted = form.read() if form.is_valid() else Wanted()
    found = find_staff_payments(staff, wanted) if form.is_valid() else Charge.objects.none()
    try:
        page, after = page_after(found, after=request.GET.get("after", ""))
    except NotFound:
        raise Http404 from None
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "form": form,
        "wanted": wanted,
        "spans": _list_spans(staff),
        "is_lately": bool(wanted.text) and not wanted.has_days,
        "lately_days": LATELY.days,
        "sums": sum_found(found) if wanted.is_summed else [],
        "charges": page,
        "next_cursor": after,
        "status": wanted.status,
        "has_cash": form.has_cash,
        "statuses": STATUSES,
    }
    return render(request, "pos/payments.html", context, status=status)


@require_GET
@never_cache
@staff_only
def payments_csv(
    request: HttpRequest, staff: Staff
) -> StreamingHttpResponse | HttpResponseRedirect:
    """Download all payments that the page finds with the same address.

    Where long files are made, more than some thousand are one of them.
    """
    form = SearchForm(request.GET, staff=staff)
    if not form.is_valid():
        raise Http404
    layout = suggest_layout(request.headers.get("Accept-Language", ""))
    found = find_staff_payments(staff, form.read())
    if is_offered() and found[: _AT_ONCE_MAX + 1].count() > _AT_ONCE_MAX:
        return redirect_to_export(request, ExportKind.PAYMENTS)
    pages = read_pages(found)
    text = write_payments_csv(pages, layout, time_zone=staff.merchant.time_zone)
    response = StreamingHttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{gettext("payments")}.csv"'
    return response


def _list_spans(staff: Staff) -> list[tuple[str, date, date]]:
    today = read_clock().astimezone(ZoneInfo(staff.merchant.time_zone)).date()
    yesterday = today - timedelta(days=1)
    return [
        (gettext("Today"), today, today),
        (gettext("Yesterday"), yesterday, yesterday),
        (gettext("7 days"), today - timedelta(days=6), today),
        (gettext("30 days"), today - timedelta(days=29), today),
    ]
