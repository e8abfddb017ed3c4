"""The till's desk, shown on each of its pages, and the stream that reports its changes."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from merchants.access import activate_time_zone
from merchants.models import Store
from pos.access import Till, read_device, till_only
from pos.api.charges import hand_over_stream
from pos.authentication import read_till
from pos.desk import acknowledge_payment, look_at_desk
from pos.errors import NotFound
from pos.queries import read_items_version, sum_today
from pos.shelves import list_shelves
from pos.topics import counter_topic, token_topic


@require_http_methods(["GET", "POST"])
@never_cache
@till_only
def desk(request: HttpRequest, till: Till) -> HttpResponse:
    """Show the desk; a cashier may acknowledge a payment."""
    if request.method == "POST" and till.cashier is not None:
        try:
            acknowledge_payment(till, request.POST.get("seen", ""))
        except NotFound:
            raise Http404 from None
    activate_time_zone(till.store.time_zone)
    context = {
        "cashier": till.cashier,
        "desk": look_at_desk(read_device(till)),
        "today": sum_today(till.store) if till.cashier else None,
        "items_version": read_items_version(till.store),
    }
    return render(request, "pos/desk.html", context)


@require_GET
@never_cache
@till_only
def items(request: HttpRequest, till: Till) -> HttpResponse:
    """Show what the till may sell, for a page whose items are of another version."""
    if till.cashier is None:
        return redirect("pos:unlock")
    return render(request, "pos/_items.html", show_items(till.store))


def show_items(store: Store) -> dict[str, Any]:
    """Return what the template of the items shows."""
    # The version first: what changes in between is told of once more.
    version = read_items_version(store)
    return {"items_version": version, "shelves": list_shelves(store), "store": store}


@require_GET
def desk_events(request: HttpRequest) -> HttpResponse:
    """Hand the connection over to the process that serves streams."""
    till = read_till(request)
    if till is None:
        return HttpResponse(status=401)
    return hand_over_stream(
        counter_topic(store_id=till.store.id, terminal_id=read_device(till).id),
        counter_topic(store_id=till.store.id, terminal_id=None),
        bound_to=token_topic(till.token_id),
    )
