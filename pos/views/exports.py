"""The dashboard's files that need data of the till."""

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from merchants.access import Staff, staff_only, whole_merchant
from merchants.layouts import LAYOUTS, suggest_layout
from merchants.queries import find_settlement
from merchants.reports import write_settlement_csv
from pos.makers import find_makers


@require_GET
@never_cache
@staff_only
@whole_merchant
def settlement_csv(request: HttpRequest, staff: Staff, reference: str) -> StreamingHttpResponse:
    """Download every line of a settlement, with a control total.

    `as` names a layout; without it a browser gets the one of its language, a program its own.
    """
    found = find_settlement(staff.merchant_id, reference)
    layout = suggest_layout(request.headers.get("Accept-Language", ""))
    if "as" in request.GET:
        layout = LAYOUTS.get(request.GET["as"], layout)
    if found is None:
        raise Http404
    text = write_settlement_csv(found, layout, find_makers=find_makers)
    response = StreamingHttpResponse(text, content_type="text/csv; charset=utf-8")
    name = f"settlement-{found.number:04}-{found.currency}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
