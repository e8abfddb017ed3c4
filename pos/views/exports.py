"""The dashboard's files that need data of the till."""

from collections.abc import Iterable

from django.http import FileResponse, Http404, HttpRequest, StreamingHttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from merchants.access import Staff, staff_only, whole_merchant
from merchants.layouts import LAYOUTS, suggest_layout
from merchants.models import Settlement
from merchants.queries import find_settlement
from merchants.reports.csv_file import write_settlement_csv
from merchants.reports.json_file import write_settlement_json
from merchants.reports.workbook import fits_workbook, write_settlement_workbook
from pos.makers import find_makers
from pos.statement_lines import write_lines
from pos.subtotals import read_subtotals

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@never_cache
@staff_only
@whole_merchant
def settlement_csv(request: HttpRequest, staff: Staff, reference: str) -> StreamingHttpResponse:
    """Download every line of a settlement, with a control total.

    `as` names a layout; without it a browser gets the one of its language, a program its own.
    """
    layout = suggest_layout(request.headers.get("Accept-Language", ""))
    if "as" in request.GET:
        layout = LAYOUTS.get(request.GET["as"], layout)
    found = _find(staff, reference)
    text = write_settlement_csv(found, layout, find_makers=find_makers, write_lines=write_lines)
    return _stream(found, text, kind="text/csv; charset=utf-8", ending="csv")


@require_GET
@never_cache
@staff_only
@whole_merchant
def settlement_json(
    request: HttpRequest, staff: Staff, reference: str
) -> StreamingHttpResponse:
    """Download every line of a settlement as JSON."""
    found = _find(staff, reference)
    text = write_settlement_json(
        found, find_makers=find_makers, sum_up=read_subtotals, write_lines=write_lines
    )
    return _stream(found, text, kind="application/json", ending="json")


@require_GET
@never_cache
@staff_only
@whole_merchant
def settlement_workbook(request: HttpRequest, staff: Staff, reference: str) -> FileResponse:
    """Download every line of a settlement as a workbook; 404 if there are too many."""
    found = _find(staff, reference)
    if not fits_workbook(found):
        raise Http404
    book = write_settlement_workbook(
        found, find_makers=find_makers, sum_up=read_subtotals, write_lines=write_lines
    )
    return FileResponse(
        book, as_attachment=True, filename=name_file(found, "xlsx"), content_type=_WORKBOOK
    )


def _find(staff: Staff, reference: str) -> Settlement:
    found = find_settlement(staff.merchant_id, reference)
    if found is None:
        raise Http404
    return found


def _stream(
    settlement: Settlement, text: Iterable[str], *, kind: str, ending: str
) -> StreamingHttpResponse:
    response = StreamingHttpResponse(text, content_type=kind)
    name = name_file(settlement, ending)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def name_file(settlement: Settlement, ending: str) -> str:
    """Return the name under which a settlement is kept: `settlement-0008-EUR.csv`."""
    return f"settlement-{settlement.number:04}-{settlement.currency}.{ending}"
