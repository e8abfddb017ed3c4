"""The dashboard's lists of items: download one, send one, see what it would change."""

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.once import FormReused
from merchants.access import (
    Staff,
    activate_time_zone,
    list_own_stores,
    managers_only,
    of_store,
    staff_only,
)
from merchants.layouts import suggest_layout
from merchants.models import Store
from pos.errors import NotFound
from pos.forms_catalogue import ItemListForm
from pos.item_columns import COLUMNS, choose_layout
from pos.item_imports import apply_import, find_import, list_imports, send_import
from pos.item_list_files import write_item_list
from pos.models import Item, ItemImport
from pos.queries import read_reference

_NAME_MAX = 120


@require_GET
@never_cache
@staff_only
@of_store
def items_csv(request: HttpRequest, staff: Staff, store: Store) -> HttpResponseBase:
    """Download a store's items, as its import reads them."""
    suggested = suggest_layout(request.headers.get("Accept-Language", ""))
    items = Item.objects.filter(store=store).select_related("store", "category")
    texts = write_item_list(
        items.order_by("position", "name"), choose_layout(suggested, store.currency)
    )
    headers = {"Content-Disposition": 'attachment; filename="items.csv"'}
    return StreamingHttpResponse(texts, content_type="text/csv; charset=utf-8", headers=headers)


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only
@managers_only
@of_store
def new_import(request: HttpRequest, staff: Staff, store: Store) -> HttpResponse:
    """Say how a list is made, and take one to check."""
    if request.method == "GET":
        return _show_form(request, staff, store, form=ItemListForm())
    form = ItemListForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show_form(request, staff, store, form=form, status=422)
    file = form.cleaned_data["file"]
    try:
        sent = send_import(
            store,
            staff,
            file_name=file.name[-_NAME_MAX:],
            source=file.read(),
            language=get_language() or "en",
            import_id=form.read_id(),
        )
    except FormReused as refusal:
        form.renew(refusal)
        return _show_form(request, staff, store, form=form, status=409)
    return redirect("pos:item_import", reference=sent.public_id)


@require_GET
@never_cache
@staff_only
@managers_only
def item_import(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Show what a list would change, and every row that is wrong."""
    found = _find(staff, reference)
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "store": found.store,
        "sent": found,
        "problems": list(found.problems.all()),
    }
    return render(request, "pos/item_import.html", context)


@require_POST
@staff_only
@managers_only
def apply(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Ask for a list to be written that was found good."""
    apply_import(_find(staff, reference))
    return redirect("pos:item_import", reference=reference)


def _find(staff: Staff, reference: str) -> ItemImport:
    try:
        found = find_import(read_reference("im", reference), list_own_stores(staff))
    except NotFound:
        raise Http404 from None
    if found is None:
        raise Http404
    return found


def _show_form(
    request: HttpRequest, staff: Staff, store: Store, *, form: ItemListForm, status: int = 200
) -> HttpResponse:
    activate_time_zone(store.time_zone)
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "store": store,
        "form": form,
        "columns": list(COLUMNS),
        "imports": list_imports(store),
    }
    return render(request, "pos/new_item_import.html", context, status=status)
