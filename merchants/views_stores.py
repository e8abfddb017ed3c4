"""The dashboard's pages of one store: open it, name it, say where it is and when it is open."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from foundation.once import FormReused
from merchants.access import Staff, managers_only, of_store, staff_only, whole_merchant
from merchants.forms_stores import HoursForm, NewStoreForm, StoreForm
from merchants.models import Store
from merchants.stores import add_store, change_store, write_hours


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only
@whole_merchant
@managers_only
def new_store(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Open a store."""
    if request.method == "GET":
        form = NewStoreForm(initial={"country": staff.merchant.country})
        return _show_new(request, staff, form)
    form = NewStoreForm(request.POST)
    if not form.is_valid():
        return _show_new(request, staff, form, status=422)
    try:
        store = add_store(
            staff.merchant,
            store_id=form.read_id(),
            name=form.cleaned_data["name"],
            currency=form.cleaned_data["currency"],
            address=form.read_address(),
        )
    except FormReused as refusal:
        form.renew(refusal)
        return _show_new(request, staff, form, status=409)
    return _go_to_stores(store)


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only
@managers_only
@of_store
def store(request: HttpRequest, staff: Staff, store: Store) -> HttpResponse:
    """Show a store's name and address, and change them."""
    if request.method == "GET":
        return _show_store(request, staff, store)
    form = StoreForm(request.POST)
    if not form.is_valid():
        return _show_store(request, staff, store, form=form, status=422)
    change_store(store, name=form.cleaned_data["name"], address=form.read_address())
    return _go_to_stores(store)


@require_POST
@never_cache
@staff_only
@managers_only
@of_store
def hours(request: HttpRequest, staff: Staff, store: Store) -> HttpResponse:
    """Change when a store is open."""
    form = HoursForm(request.POST)
    if not form.is_valid():
        return _show_store(request, staff, store, hours=form, status=422)
    write_hours(store, form.read_hours())
    return _go_to_stores(store)


def _show_new(
    request: HttpRequest, staff: Staff, form: NewStoreForm, *, status: int = 200
) -> HttpResponse:
    context = {"merchant": staff.merchant, "form": form}
    return render(request, "merchants/new_store.html", context, status=status)


def _show_store(
    request: HttpRequest,
    staff: Staff,
    store: Store,
    *,
    form: StoreForm | None = None,
    hours: HoursForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "store": store,
        "form": form or StoreForm.of(store),
        "hours": hours or HoursForm.of(store),
    }
    return render(request, "merchants/store.html", context, status=status)


def _go_to_stores(store: Store) -> HttpResponse:
    answer = redirect("pos:stores")
    answer["Location"] += f"#{store.public_id}"
    return answer
