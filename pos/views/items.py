"""The dashboard's items: what each store sells, in the order of its tills."""

from collections.abc import Callable
from functools import wraps

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.once import FormReused
from merchants.access import (
    Staff,
    can_manage,
    list_own_stores,
    managers_only,
    of_store,
    staff_only,
)
from merchants.models import Store
from pos.errors import NotFound
from pos.forms import ItemForm, NewItemForm
from pos.forms_catalogue import PictureForm
from pos.item_pages import Asked, list_stores_with_items
from pos.item_refusals import BarcodeTaken, ItemNameTaken, NumberTaken
from pos.items import (
    add_item,
    change_item,
    hide_item,
    mark_sold_out,
    place_item,
    show_item,
    unmark_sold_out,
)
from pos.models import Item
from pos.queries import read_reference

_TEXT_MAX = 80
# Beside which field a refusal stands.
_FIELDS = {BarcodeTaken: "barcode", ItemNameTaken: "name", NumberTaken: "number"}
ItemView = Callable[[HttpRequest, Staff, Item], HttpResponseBase]


def of_item(view: ItemView) -> Callable[[HttpRequest, Staff, str], HttpResponseBase]:
    """Find the item in this person's own stores, or answer 404."""

    @wraps(view)
    def guarded(request: HttpRequest, staff: Staff, reference: str) -> HttpResponseBase:
        item = _find_item(reference, list_own_stores(staff))
        if item is None:
            raise Http404
        return view(request, staff, item)

    return guarded


@require_GET
@never_cache
@staff_only
def items(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List what each store sells."""
    asked = _read_asked(request)
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "can_manage": can_manage(staff),
        "stores": list_stores_with_items(list_own_stores(staff), asked),
        "asked": asked,
        "made": asked.made,
    }
    return render(request, "pos/items.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only
@managers_only
@of_store
def new_item(request: HttpRequest, staff: Staff, store: Store) -> HttpResponse:
    """Add an item to a store."""
    if request.method == "GET":
        return _show_form(request, staff, NewItemForm(store=store))
    form = NewItemForm(request.POST, store=store)
    if not form.is_valid():
        return _show_form(request, staff, form, status=422)
    try:
        item = add_item(store, form.read_facts(), item_id=form.read_id())
    except (BarcodeTaken, ItemNameTaken, NumberTaken) as refusal:
        form.refuse(_FIELDS[type(refusal)], refusal)
        return _show_form(request, staff, form, status=409)
    except FormReused as refusal:
        form.renew(refusal)
        return _show_form(request, staff, form, status=409)
    return go_to_item(item)


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only
@managers_only
@of_item
def item(request: HttpRequest, staff: Staff, item: Item) -> HttpResponse:
    """Show an item, and change it."""
    if request.method == "GET":
        return show_item_page(request, staff, item)
    form = ItemForm(request.POST, store=item.store)
    if not form.is_valid():
        return show_item_page(request, staff, item, form=form, status=422)
    try:
        change_item(item, form.read_facts())
    except (BarcodeTaken, ItemNameTaken, NumberTaken) as refusal:
        form.refuse(_FIELDS[type(refusal)], refusal)
        return show_item_page(request, staff, item, form=form, status=409)
    return go_to_item(item)


@require_POST
@staff_only
@managers_only
@of_item
def hide(request: HttpRequest, staff: Staff, item: Item) -> HttpResponse:
    """Take an item off the tills."""
    hide_item(item)
    return go_to_item(item)


@require_POST
@staff_only
@managers_only
@of_item
def show(request: HttpRequest, staff: Staff, item: Item) -> HttpResponse:
    """Put a hidden item on the tills again."""
    show_item(item)
    return go_to_item(item)


@require_POST
@staff_only
@managers_only
@of_item
def sold_out(request: HttpRequest, staff: Staff, item: Item) -> HttpResponse:
    """Show an item on the tills as sold out."""
    mark_sold_out(item)
    return go_to_item(item)


@require_POST
@staff_only
@managers_only
@of_item
def on_sale(request: HttpRequest, staff: Staff, item: Item) -> HttpResponse:
    """Sell an item again that was sold out."""
    unmark_sold_out(item)
    return go_to_item(item)


@require_POST
@staff_only
@managers_only
@of_item
def sort(request: HttpRequest, staff: Staff, item: Item) -> HttpResponse:
    """Put an item behind another one, or before all."""
    wanted = request.POST.get("after", "")
    after = _find_item(wanted, list_own_stores(staff).filter(pk=item.store_id))
    if wanted and after is None:
        raise Http404
    place_item(item, after=after)
    return go_to_item(item)


def _read_asked(request: HttpRequest) -> Asked:
    page = request.GET.get("page", "")
    return Asked(
        text=" ".join(request.GET.get("q", "").split())[:_TEXT_MAX],
        store=request.GET.get("store", ""),
        page=int(page) if page.isdecimal() and len(page) < len("10000") else 1,
        made=request.GET.get("made", ""),
    )


def _find_item(reference: str, stores: QuerySet[Store]) -> Item | None:
    try:
        item_id = read_reference("it", reference)
    except NotFound:
        return None
    found = Item.objects.filter(pk=item_id, store__in=stores)
    return found.select_related("store__merchant", "category").first()


def show_item_page(
    request: HttpRequest,
    staff: Staff,
    item: Item,
    *,
    form: ItemForm | None = None,
    picture: PictureForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show an item's page, with a form that was refused, if any."""
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "form": form or ItemForm.of(item),
        "picture_form": picture or PictureForm(),
        "item": item,
        "store": item.store,
    }
    return render(request, "pos/item.html", context, status=status)


def _show_form(
    request: HttpRequest, staff: Staff, form: ItemForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "form": form,
        "store": form.store,
    }
    return render(request, "pos/item.html", context, status=status)


def go_to_item(item: Item) -> HttpResponse:
    """Redirect to an item's place in the list."""
    answer = redirect("pos:catalogue")
    answer["Location"] += f"?made={item.public_id}#{item.public_id}"
    return answer
