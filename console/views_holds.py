"""The console's page of a shop's payouts that are held."""

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from console.access import operators_only
from console.forms_holds import HoldForm, LiftForm
from console.hold_decisions import lift_hold, place_hold
from console.models import Operator
from console.money_in import find_by_reference
from console.shops import list_unstoppable
from console.views_runs import name_device
from console.views_shops import of_shop
from foundation.once import FormReused
from identity.errors import OwnRequest
from merchants.errors import HoldDayUnfit, HoldOver
from merchants.fee_rules import find_first_day
from merchants.hold_rules import explain_rule
from merchants.holds import list_holds
from merchants.models import Merchant, PayoutHold
from merchants.payouts import list_in_force

_SHOWN = 50
_DAYS = 7


@require_GET
@never_cache
@operators_only
@of_shop
def holds(request: HttpRequest, operator: Operator, found: Merchant) -> HttpResponse:
    """Show whether a shop's payouts are held, and all holds of before."""
    return _show(request, operator, found)


@require_POST
@never_cache
@operators_only
@of_shop
def new_hold(request: HttpRequest, operator: Operator, found: Merchant) -> HttpResponse:
    """Hold the payouts of a shop."""
    form = HoldForm(request.POST)
    if not form.is_valid():
        return _refuse(_show(request, operator, found, form=form), status=422)
    new, hold_id, device = form.read_hold(), form.read_id(), name_device(request)
    try:
        place_hold(found, new, hold_id=hold_id, by=operator, device=device)
    except HoldDayUnfit as refusal:
        form.refuse("last_day", refusal)
        return _refuse(_show(request, operator, found, form=form), status=422)
    except FormReused as refusal:
        form.renew(refusal)
        return _refuse(_show(request, operator, found, form=form), status=409)
    except OwnRequest as refusal:
        return _refuse(
            _show(request, operator, found, form=form, refusal=str(refusal)), status=409
        )
    return redirect("console:holds", reference=found.public_id)


@require_POST
@never_cache
@operators_only
@of_shop
def lift(request: HttpRequest, operator: Operator, found: Merchant) -> HttpResponse:
    """Lift a hold before its end."""
    held = PayoutHold.objects.filter(merchant=found).select_related("merchant")
    hold = find_by_reference(held, "ph", request.POST.get("hold", ""))
    if hold is None:
        raise Http404
    form = LiftForm(request.POST, auto_id=_name_fields(hold))
    if not form.is_valid():
        return _refuse(_show(request, operator, found, lift_form=form), status=422)
    because = form.cleaned_data["because"]
    try:
        lift_hold(hold, because=because, by=operator, device=name_device(request))
    except (HoldOver, OwnRequest) as refusal:
        return _refuse(_show(request, operator, found, refusal=str(refusal)), status=409)
    return redirect("console:holds", reference=found.public_id)


def _show(
    request: HttpRequest,
    operator: Operator,
    found: Merchant,
    *,
    form: HoldForm | None = None,
    lift_form: LiftForm | None = None,
    refusal: str = "",
) -> HttpResponse:
    last_day = find_first_day(found) + timedelta(days=_DAYS - 1)
    in_force = set(list_in_force().filter(merchant=found).values_list("id", flat=True))
    all_holds = list_holds(found, count_max=_SHOWN)
    refused_id = "" if lift_form is None else lift_form.data.get("hold", "")
    context = {
        "operator": operator,
        "shop": found,
        "in_force": [
            (each, explain_rule(each.rule), _choose(lift_form, each, refused_id))
            for each in all_holds
            if each.id in in_force
        ],
        "earlier": [
            (each, explain_rule(each.rule)) for each in all_holds if each.id not in in_force
        ],
        "unstoppable": list_unstoppable(found),
        "form": form or HoldForm(initial={"last_day": last_day}),
        "refusal": refusal,
    }
    return render(request, "console/holds.html", context)


def _refuse(page: HttpResponse, *, status: int) -> HttpResponse:
    page.status_code = status
    return page


def _choose(refused: LiftForm | None, hold: PayoutHold, refused_id: str) -> LiftForm:
    if refused is not None and refused_id == hold.public_id:
        return refused
    return LiftForm(auto_id=_name_fields(hold))


def _name_fields(hold: PayoutHold) -> str:
    # Each hold has a form of its own on the page.
    return f"id_%s_{hold.public_id}"
