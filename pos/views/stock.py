"""The dashboard's page of an item's count."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from foundation.once import FormReused
from merchants.access import Staff, activate_time_zone, managers_only, staff_only
from pos.forms_catalogue import CountForm, StockChangeForm, StopCountingForm
from pos.item_refusals import StockTooLarge, StockTooSmall
from pos.models import Item
from pos.stock import change_stock, count_stock, list_moves, stop_counting
from pos.views.items import go_to_item, of_item


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only
@managers_only
@of_item
def count(request: HttpRequest, staff: Staff, item: Item) -> HttpResponse:
    """Show an item's count with its moves, and write how many there are."""
    if request.method == "GET":
        return _show(request, staff, item)
    form = CountForm(request.POST)
    if not form.is_valid():
        return _show(request, staff, item, count=form, status=422)
    try:
        count_stock(item, left=form.cleaned_data["left"], staff=staff, move_id=form.read_id())
    except FormReused as refusal:
        form.renew(refusal)
        return _show(request, staff, item, count=form, status=409)
    return redirect("pos:count", reference=item.public_id)


@require_POST
@never_cache
@staff_only
@managers_only
@of_item
def change(request: HttpRequest, staff: Staff, item: Item) -> HttpResponse:
    """Add what came to an item's count, or take away what went."""
    form = StockChangeForm(request.POST)
    if not form.is_valid():
        return _show(request, staff, item, change=form, status=422)
    typed = form.cleaned_data
    try:
        change_stock(
            item, by=typed["by"], note=typed["note"], staff=staff, move_id=form.read_id()
        )
    except (StockTooLarge, StockTooSmall) as refusal:
        form.refuse("by", refusal)
        return _show(request, staff, item, change=form, status=409)
    except FormReused as refusal:
        form.renew(refusal)
        return _show(request, staff, item, change=form, status=409)
    return redirect("pos:count", reference=item.public_id)


@require_POST
@staff_only
@managers_only
@of_item
def stop(request: HttpRequest, staff: Staff, item: Item) -> HttpResponse:
    """Sell an item without a count."""
    form = StopCountingForm(request.POST)
    if form.is_valid():
        stop_counting(item, staff=staff, move_id=form.read_id())
    return go_to_item(item)


def _show(
    request: HttpRequest,
    staff: Staff,
    item: Item,
    *,
    count: CountForm | None = None,
    change: StockChangeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    activate_time_zone(item.store.time_zone)
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "store": item.store,
        "item": item,
        "moves": list_moves(item),
        "count_form": count or CountForm(),
        "change_form": change or StockChangeForm(),
        "stop_form": StopCountingForm(),
    }
    return render(request, "pos/stock.html", context, status=status)
