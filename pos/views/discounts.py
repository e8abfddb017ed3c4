"""The dashboard's page of a store's discounts, and a manager's approval at the till."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from identity.errors import PinLocked, PinWrong
from merchants.access import Staff, can_manage, managers_only, of_store, staff_only
from merchants.models import Store
from pos.access import Till, till_only
from pos.approvals import approve_discounts, list_allowers
from pos.discount_rules import choose_discounts, list_reasons
from pos.discounts import read_cap
from pos.forms_discounts import DiscountsForm
from pos.models.discounts import WHOLE_BPS

_QUICK_BPS = (500, 1_000, 2_000, 5_000)


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only
@managers_only
@of_store
def discounts(request: HttpRequest, staff: Staff, store: Store) -> HttpResponse:
    """Show the cashiers' cap and the reasons of a store, and change them."""
    form = DiscountsForm(request.POST) if request.method == "POST" else DiscountsForm.of(store)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        choose_discounts(store, most_bps=typed["cap"], reasons=typed["reasons"])
        answer = redirect("pos:stores")
        answer["Location"] += f"#{store.public_id}"
        return answer
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "form": form,
        "store": store,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "pos/discounts.html", context, status=status)


@require_GET
@never_cache
@till_only
def sheets(request: HttpRequest, till: Till) -> HttpResponse:
    """Show what a sale at the till is changed with: sheets of lines, discounts and approval."""
    if till.cashier is None:
        return redirect("pos:unlock")
    context = {
        "store": till.store,
        "currency": till.store.currency,
        "cap_bps": 2 * WHOLE_BPS if can_manage(till.cashier) else read_cap(till.store),
        "reasons": list_reasons(till.store),
        "quick_bps": _QUICK_BPS,
        "allowers": list_allowers(till.store),
    }
    return render(request, "pos/_till_sheets.html", context)


@require_POST
@never_cache
@till_only
def approve(request: HttpRequest, till: Till) -> HttpResponse:
    """Take a manager's PIN for one sale's discounts above the cashier's cap."""
    typed, wanted = request.POST, request.POST.get("most_bps", "")
    if till.cashier is None:
        return JsonResponse({"detail": gettext("The till is locked.")}, status=403)
    managers = {str(person.id): person for person in list_allowers(till.store)}
    manager = managers.get(typed.get("manager", ""))
    is_rate = wanted.isascii() and wanted.isdecimal() and len(wanted) <= len(str(WHOLE_BPS))
    if manager is None or not is_rate or not 0 < int(wanted) <= 2 * WHOLE_BPS:
        return JsonResponse({"detail": gettext("Choose who you are.")}, status=422)
    try:
        approval = approve_discounts(
            till, manager=manager, pin=typed.get("pin", ""), most_bps=int(wanted)
        )
    except (PinWrong, PinLocked) as refusal:
        return JsonResponse({"detail": str(refusal)}, status=403)
    return JsonResponse({"approval": approval.public_id, "manager": manager.name})
