"""The dashboard's pages of one till: add it, name it, move it to another store."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from foundation.once import FormReused
from merchants.access import (
    Staff,
    list_own_stores,
    managers_only,
    name_actor,
    of_store,
    staff_only,
)
from merchants.models import Store
from pos.errors import NotFound, TillInUse
from pos.forms import NewTillForm, TillForm
from pos.models import Terminal
from pos.queries import read_reference
from pos.terminals import offer_pairing
from pos.till_places import change_till, place_till
from qr.image import draw_modules


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only
@managers_only
@of_store
def new_till(request: HttpRequest, staff: Staff, store: Store) -> HttpResponse:
    """Add a till to a store, and show the code that pairs it."""
    if request.method == "GET":
        return _show(request, staff, NewTillForm(), store=store)
    form = NewTillForm(request.POST)
    if not form.is_valid():
        return _show(request, staff, form, store=store, status=422)
    try:
        terminal = place_till(store, terminal_id=form.read_id(), name=form.cleaned_data["name"])
    except FormReused as refusal:
        form.renew(refusal)
        return _show(request, staff, form, store=store, status=409)
    if not terminal.live_pairing_code and not terminal.is_paired:
        offer_pairing(terminal)
    answer = redirect("pos:tills")
    answer["Location"] += f"?code_for={terminal.public_id}"
    return answer


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only
@managers_only
def till(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Show a till's name and store, and change them."""
    terminal = find_own_terminal(staff, reference)
    stores = list(list_own_stores(staff).order_by("name"))
    if request.method == "GET":
        form = TillForm.of(terminal, stores=stores)
        return _show(request, staff, form, store=terminal.store, till=terminal)
    form = TillForm(request.POST, stores=stores)
    if not form.is_valid():
        return _show(request, staff, form, store=terminal.store, till=terminal, status=422)
    try:
        change_till(
            terminal,
            name=form.cleaned_data["name"],
            store=form.read_store(),
            actor=name_actor(staff),
        )
    except TillInUse as refusal:
        form.refuse("store", refusal)
        return _show(request, staff, form, store=terminal.store, till=terminal, status=409)
    return redirect("pos:tills")


def find_own_terminal(staff: Staff, reference: str) -> Terminal:
    """Find a till in this person's own stores, or answer 404."""
    try:
        terminal_id = read_reference("tm", reference)
    except NotFound:
        raise Http404 from None
    tills = Terminal.objects.select_related("store__merchant")
    return get_object_or_404(tills, pk=terminal_id, store__in=list_own_stores(staff))


def _show(
    request: HttpRequest,
    staff: Staff,
    form: NewTillForm | TillForm,
    *,
    store: Store,
    till: Terminal | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "form": form,
        "store": store,
        "till": till,
    }
    return render(request, "pos/till_form.html", context, status=status)


def draw_pairing(terminal: Terminal) -> dict[str, str]:
    """Draw the address that a new device scans to be paired: a path, and its box.

    The code stands behind the #, which a browser sends to no server.
    """
    address = f"{settings.PUBLIC_URL}{reverse('pos:pair')}#{terminal.pairing_code}"
    side, path = draw_modules(address)
    return {"box": f"0 0 {side} {side}", "path": path}
