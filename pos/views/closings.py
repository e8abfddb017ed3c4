"""The day's end: its pages at the till, and the dashboard's Z reports."""

from functools import partial

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.once import FormReused
from merchants.access import Staff, activate_time_zone, list_own_stores, staff_only
from merchants.layouts import LAYOUTS, suggest_layout
from pos.access import Till, read_device, till_only
from pos.cash import move_cash
from pos.closing_file import write_closing_csv
from pos.closing_slips import write_closing, write_open_day
from pos.closings import (
    close_till,
    find_closing,
    list_closings,
    list_closings_of,
    page_closings,
    read_open_day,
)
from pos.drawer_refusals import DifferenceUnexplained, DrawerRefused
from pos.errors import NotFound
from pos.forms_closings import ClosingForm, DrawerForm
from pos.models import Closing, MovementKind
from pos.print.closings import draw_closing
from pos.print.typesetter import PagesFailed
from pos.views.tills import find_own_terminal

# The till shows its latest ones; the dashboard has all.
_LATEST = 5


@require_http_methods(["GET", "POST"])
@never_cache
@till_only
def day(request: HttpRequest, till: Till) -> HttpResponse:
    """Show what the till sold since it was closed, and close it."""
    if till.cashier is None:
        return redirect("pos:unlock")
    if request.method == "GET":
        return show_day(request, till)
    form = ClosingForm(request.POST, store=till.store)
    if not form.is_valid():
        return show_day(request, till, form=form, status=422)
    terminal, count = read_device(till), form.read_count()
    try:
        closing = close_till(
            terminal, closing_id=form.read_id(), cashier=till.cashier, count=count
        )
    except (DifferenceUnexplained, FormReused) as refusal:
        if isinstance(refusal, FormReused):
            form.renew(refusal)
        else:
            form.refuse("reason", refusal)
        return show_day(request, till, form=form, status=409)
    return redirect("pos:day_closing", closing.public_id)


@require_POST
@never_cache
@till_only
def drawer(request: HttpRequest, till: Till) -> HttpResponse:
    """Put cash into the drawer, or take it out."""
    if till.cashier is None:
        return redirect("pos:unlock")
    form = DrawerForm(request.POST, store=till.store)
    if not form.is_valid():
        return show_day(request, till, drawer_form=form, status=422)
    found = form.cleaned_data
    try:
        move_cash(
            till,
            MovementKind(found["kind"]),
            movement_id=form.read_id(),
            amount_minor=found["amount_minor"],
            reason=found["why"],
        )
    except DrawerRefused as refusal:
        form.refuse("amount", refusal)
        return show_day(request, till, drawer_form=form, status=409)
    except FormReused as refusal:
        form.renew(refusal)
        return show_day(request, till, drawer_form=form, status=409)
    return redirect("pos:day")


@require_GET
@never_cache
def day_closing(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Show a closing of this till, to be printed."""
    return till_only(partial(_show_kept, reference=reference))(request)


@require_GET
@never_cache
@staff_only
def closings(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the Z reports of this person's stores, or of one till."""
    asked = request.GET.get("till", "")
    till = find_own_terminal(staff, asked) if asked else None
    found = list_closings_of(list_own_stores(staff), till=till)
    try:
        page = page_closings(found, after=request.GET.get("after", ""))
    except (NotFound, Closing.DoesNotExist):
        raise Http404 from None
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "till": till,
        "closings": page.rows,
        "next_cursor": page.next,
    }
    return render(request, "pos/closings.html", context)


@require_GET
@never_cache
@staff_only
def closing(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Show a Z report."""
    found = _find(list_closings_of(list_own_stores(staff), till=None), reference)
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "said": request.GET.get("said", ""),
    }
    return render(request, "pos/closing.html", context | _show_closing(found))


def _show_kept(request: HttpRequest, till: Till, *, reference: str) -> HttpResponse:
    if till.cashier is None:
        return redirect("pos:unlock")
    terminal = read_device(till)
    closing = _find(list_closings().filter(terminal=terminal, store=till.store), reference)
    context = {"terminal": terminal, "store": till.store, "cashier": till.cashier}
    return render(request, "pos/day_closing.html", context | _show_closing(closing))


@require_GET
@never_cache
@staff_only
def closing_csv(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Download a Z report as a table; `as` names a layout, else the browser's language does."""
    found = _find(list_closings_of(list_own_stores(staff), till=None), reference)
    layout = suggest_layout(request.headers.get("Accept-Language", ""))
    layout = LAYOUTS.get(request.GET.get("as", ""), layout)
    text = "".join(write_closing_csv(write_closing(found), layout))
    return _send(text, found, kind="csv", content_type="text/csv; charset=utf-8")


@require_GET
@never_cache
@staff_only
def closing_pdf(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Download a Z report as PDF, or go back to its page, which says why there is none."""
    found = _find(list_closings_of(list_own_stores(staff), till=None), reference)
    try:
        pdf = draw_closing(found)
    except PagesFailed:
        return redirect(f"{reverse('pos:closing', args=[reference])}?said=no_pdf")
    return _send(pdf, found, kind="pdf", content_type="application/pdf")


def _send(
    content: str | bytes, closing: Closing, *, kind: str, content_type: str
) -> HttpResponse:
    name = f"z-{closing.number:04}-{closing.closed_at:%Y-%m-%d}.{kind}"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=disposition)


def _find(closings: QuerySet[Closing], reference: str) -> Closing:
    try:
        return find_closing(closings, reference)
    except (NotFound, Closing.DoesNotExist):
        raise Http404 from None


def _show_closing(closing: Closing) -> dict[str, object]:
    return {"closing": closing, "slip": write_closing(closing)}


def show_day(
    request: HttpRequest,
    till: Till,
    *,
    form: ClosingForm | None = None,
    drawer_form: DrawerForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the day's end, with a form that was refused."""
    activate_time_zone(till.store.time_zone)
    terminal = read_device(till)
    today = read_open_day(terminal)
    context = {
        "terminal": terminal,
        "store": till.store,
        "cashier": till.cashier,
        "form": form or ClosingForm(store=till.store),
        "drawer_form": drawer_form or DrawerForm(store=till.store),
        "day": today,
        "slip": write_open_day(terminal, today),
        "latest": list_closings().filter(terminal=terminal, store=till.store)[:_LATEST],
    }
    return render(request, "pos/day.html", context, status=status)
