"""The dashboard's pages of printers: add one, copy its address, see how it is, remove it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.once import FormReused
from merchants.access import Staff, list_own_stores, managers_only, of_store, staff_only
from merchants.models import Store
from pos.errors import NotFound
from pos.forms_printers import PrinterForm
from pos.models import Printer, Protocol
from pos.printers import (
    add_printer,
    change_address,
    describe_state,
    list_printers,
    remove_printer,
    write_address,
)
from pos.queries import read_reference


@require_GET
@never_cache
@staff_only
@managers_only
def printers(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the printers of each store."""
    stores = list(list_own_stores(staff).order_by("name", "id"))
    known = list(list_printers().filter(store__in=stores).select_related("terminal"))
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "shops": [
            (
                store,
                [(one, describe_state(one)) for one in known if one.store_id == store.id],
            )
            for store in stores
        ],
    }
    return render(request, "pos/printers.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only
@managers_only
@of_store
def new_printer(request: HttpRequest, staff: Staff, store: Store) -> HttpResponse:
    """Add a printer to a store, and show the address that it asks."""
    if request.method == "GET":
        return _show_form(request, staff, PrinterForm(store=store))
    form = PrinterForm(request.POST, store=store)
    if not form.is_valid():
        return _show_form(request, staff, form, status=422)
    try:
        printer = add_printer(
            store,
            printer_id=form.read_id(),
            name=form.cleaned_data["name"],
            protocol=Protocol(form.cleaned_data["protocol"]),
            columns=form.cleaned_data["columns"],
            terminal=form.read_till(),
        )
    except FormReused as refusal:
        form.renew(refusal)
        return _show_form(request, staff, form, status=409)
    return redirect("pos:printer", printer.public_id)


@require_GET
@never_cache
@staff_only
@managers_only
def printer(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Show a printer: how it is, the address that it asks, and how to tell it."""
    found = find_own_printer(staff, reference)
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "printer": found,
        "state": describe_state(found),
        "address": write_address(found),
    }
    return render(request, "pos/printer.html", context)


@require_POST
@staff_only
@managers_only
def new_address(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """End a printer's address and make another."""
    found = find_own_printer(staff, reference)
    change_address(found)
    return redirect("pos:printer", found.public_id)


@require_POST
@staff_only
@managers_only
def remove(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Remove a printer at once."""
    remove_printer(find_own_printer(staff, reference))
    return redirect("pos:printers")


def find_own_printer(staff: Staff, reference: str) -> Printer:
    """Find a printer in this person's own stores, or answer 404."""
    try:
        printer_id = read_reference("pr", reference)
    except NotFound:
        raise Http404 from None
    known = list_printers().select_related("store", "terminal")
    return get_object_or_404(known, pk=printer_id, store__in=list_own_stores(staff))


def _show_form(
    request: HttpRequest, staff: Staff, form: PrinterForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "form": form,
        "store": form.store,
    }
    return render(request, "pos/printer_form.html", context, status=status)
