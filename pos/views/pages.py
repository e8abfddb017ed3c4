"""The till's pages, its receipts, and the dashboard's tills and payments."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from identity.errors import PinLocked, PinWrong
from ledger.money import find_exponent
from ledger.queries import list_postings
from merchants.access import (
    Staff,
    activate_time_zone,
    can_manage,
    list_own_stores,
    managers_only,
    name_actor,
    staff_only,
)
from merchants.models import Store
from merchants.money_of_sales import list_settled_lines
from pos.access import Till, keep_token, read_device, till_only
from pos.authentication import TILL_COOKIE
from pos.cash_rounding import find_store_unit, list_pieces
from pos.desk import look_at_desk
from pos.errors import NotFound, PairingRefused
from pos.forms_search import STATUSES
from pos.models import Charge
from pos.parked import count_parked
from pos.queries import (
    filter_status,
    find_staff_charge,
    list_charges,
    list_refunds,
    list_stores_with_terminals,
    page_after,
    sum_today,
    with_refunds,
)
from pos.terminals import (
    find_cashiers,
    lock_till,
    note_seen,
    offer_pairing,
    pair_terminal,
    revoke_terminal,
    unlock_till,
)
from pos.till_keys import change_key
from pos.timeline import list_timeline
from pos.vat import list_refund_vat, list_vat
from pos.views.desk import show_items
from pos.views.tills import draw_pairing, find_own_terminal


@require_http_methods(["GET", "POST"])
@never_cache
def pair(request: HttpRequest) -> HttpResponse:
    """Turn this device into a till, by the code from the dashboard."""
    if request.method == "GET":
        return render(request, "pos/pair.html", {"code": "", "error": ""})
    code = request.POST.get("code", "")
    try:
        token = pair_terminal(code)
    except PairingRefused as refusal:
        context = {"code": code, "error": str(refusal)}
        return render(request, "pos/pair.html", context, status=422)
    return keep_token(redirect("pos:unlock"), token)


@require_http_methods(["GET", "POST"])
@never_cache
@till_only
def unlock(request: HttpRequest, till: Till) -> HttpResponse:
    """Unlock the till for a cashier, by PIN."""
    cashiers = find_cashiers(till.store)
    selected, error, status = request.POST.get("cashier", ""), "", 200
    if request.method == "POST":
        cashier = next((person for person in cashiers if str(person.id) == selected), None)
        try:
            if cashier is not None:
                unlock_till(read_device(till), cashier, pin=request.POST.get("pin", ""))
                key = change_key(read_device(till), request.COOKIES[TILL_COOKIE])
                answer = redirect("pos:till")
                return keep_token(answer, key) if key else answer
            error, status = gettext("Choose who you are."), 422
        except (PinWrong, PinLocked) as refusal:
            error, status = str(refusal), 403
    context = _till_context(till) | {"cashiers": cashiers, "selected": selected, "error": error}
    return render(request, "pos/unlock.html", context, status=status)


@require_POST
@till_only
def lock(request: HttpRequest, till: Till) -> HttpResponse:
    """Lock the till; the next cashier unlocks it."""
    lock_till(read_device(till))
    return redirect("pos:unlock")


@require_GET
@never_cache
@till_only
def sell(request: HttpRequest, till: Till) -> HttpResponse:
    """Show the till: keypad, items, charge."""
    if till.cashier is None:
        return redirect("pos:unlock")
    context = _till_context(till) | show_items(till.store) | _show_cash(till.store)
    context["parked_count"] = count_parked(till.store)
    return render(request, "pos/till.html", context)


@require_GET
@never_cache
@till_only
def activity(request: HttpRequest, till: Till) -> HttpResponse:
    """List the store's charges, with what may be refunded."""
    if till.cashier is None:
        return redirect("pos:unlock")
    context = _till_context(till) | _list_page(request, with_refunds(list_charges(till)))
    return render(request, "pos/activity.html", context | {"may_refund": till.may_refund})


@require_GET
@never_cache
@staff_only
def tills(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List stores and tills; managers see the pairing code that was just made."""
    stores = list_stores_with_terminals(list_own_stores(staff))
    everyone = [terminal for store in stores for terminal in store.terminals]
    wanted = request.GET.get("code_for", "") if can_manage(staff) else ""
    offered = [terminal for terminal in everyone if terminal.live_pairing_code]
    code_for = next((terminal for terminal in offered if terminal.public_id == wanted), None)
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "can_manage": can_manage(staff),
        "stores": stores,
        "code_for": code_for,
        "pairing": draw_pairing(code_for) if code_for else None,
    }
    return render(request, "pos/tills.html", context)


@require_POST
@staff_only
@managers_only
def new_pairing_code(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Make a pairing code for a till and show it."""
    terminal = find_own_terminal(staff, reference)
    offer_pairing(terminal)
    response = redirect("pos:tills")
    response["Location"] += f"?code_for={terminal.public_id}"
    return response


@require_POST
@staff_only
@managers_only
def revoke(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Unpair a till at once."""
    revoke_terminal(find_own_terminal(staff, reference), actor=name_actor(staff))
    return redirect("pos:tills")


@require_GET
@never_cache
@staff_only
def payment(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Show one charge: what happened to it, and where its money went."""
    try:
        charge = find_staff_charge(staff, reference)
    except NotFound:
        raise Http404 from None
    refunds = list_refunds(charge)
    moved = [charge.id, *(refund.id for refund in refunds)]
    tables = {refund.id: list_refund_vat(refund) for refund in refunds}
    tables[charge.id] = list_vat(charge, charge.lines.all())
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "settled_lines": [
            (line, tables.get(line.id, [])) for line in list_settled_lines(moved)
        ],
        "charge": charge,
        "refunds": refunds,
        "timeline": list_timeline(charge, refunds),
        "transfers": list_postings(moved),
    }
    return render(request, "pos/payment.html", context)


def _till_context(till: Till) -> dict[str, Any]:
    if till.terminal:
        note_seen(till.terminal)
    activate_time_zone(till.store.time_zone)
    return {
        "terminal": till.terminal,
        "store": till.store,
        "cashier": till.cashier,
        "desk": look_at_desk(read_device(till)),
        "today": sum_today(till.store),
        "currency": till.store.currency,
        "exponent": find_exponent(till.store.currency),
    }


def _show_cash(store: Store) -> dict[str, Any]:
    if not store.takes_cash:
        return {}
    pieces = " ".join(str(piece) for piece in list_pieces(store.currency))
    return {"cash_unit": find_store_unit(store), "cash_pieces": pieces}


def _list_page(request: HttpRequest, charges: QuerySet[Charge]) -> dict[str, Any]:
    status = request.GET.get("status", "")
    try:
        page, after = page_after(
            filter_status(charges, status), after=request.GET.get("after", "")
        )
    except NotFound:
        raise Http404 from None
    return {"charges": page, "next_cursor": after, "status": status, "statuses": STATUSES}
