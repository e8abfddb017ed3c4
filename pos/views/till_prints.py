"""The till's page that prints a receipt, for the first time or again."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from foundation.once import FormReused
from merchants.access import activate_time_zone
from pos.access import Till, till_only
from pos.errors import NotFound
from pos.forms_printers import PrintForm
from pos.models import Charge
from pos.print_jobs import ask_print, list_jobs
from pos.printers import describe_state, list_printers
from pos.queries import find_charge, read_reference


@require_http_methods(["GET", "POST"])
@never_cache
@till_only
def print_receipt(request: HttpRequest, till: Till, reference: str) -> HttpResponse:
    """Print a receipt of the till's store on one of its printers, or show its slip."""
    if till.cashier is None:
        return redirect("pos:unlock")
    activate_time_zone(till.store.time_zone)
    try:
        charge = find_charge(till, reference)
    except NotFound:
        raise Http404 from None
    if not charge.captured_at:
        raise Http404
    if request.method == "GET":
        return _show(request, till, charge)
    form = PrintForm(request.POST)
    if form.is_valid():
        try:
            _ask(till, charge, form)
        except FormReused:
            return _show(request, till, charge, status=409)
    return redirect("pos:print_receipt", charge.public_id)


def _ask(till: Till, charge: Charge, form: PrintForm) -> None:
    try:
        printer_id = read_reference("pr", form.cleaned_data["printer"])
    except NotFound:
        raise Http404 from None
    printer = get_object_or_404(list_printers(), pk=printer_id, store=till.store)
    ask_print(printer, charge, job_id=form.read_id())


def _show(
    request: HttpRequest, till: Till, charge: Charge, *, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "store": till.store,
        "charge": charge,
        "printers": [
            (one, describe_state(one), PrintForm(initial={"printer": one.public_id}))
            for one in list_printers().filter(store=till.store)
        ],
        "jobs": list_jobs(charge),
    }
    return render(request, "pos/print_receipt.html", context, status=status)
