"""The console's page of decisions that wait for a second operator."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from banking.errors import BreakDecided, DecisionUnfit
from console import second_looks
from console.access import operators_only
from console.models import Operator
from console.views_runs import name_device
from identity.errors import DecidedMeanwhile, OwnRequest

_REFUSALS = (BreakDecided, DecidedMeanwhile, DecisionUnfit, OwnRequest)


@require_GET
@never_cache
@operators_only
def looks(request: HttpRequest, operator: Operator) -> HttpResponse:
    """List what waits for a second operator."""
    return _show(request, operator)


@require_POST
@never_cache
@operators_only
def decide(request: HttpRequest, operator: Operator, reference: str) -> HttpResponse:
    """Agree to what another operator decided, or withdraw it."""
    look = second_looks.find_look(reference)
    if look is None:
        raise Http404
    is_agreed = request.POST.get("wish") == "agree"
    act = second_looks.agree if is_agreed else second_looks.withdraw
    try:
        act(look, by=operator, device=name_device(request))
    except _REFUSALS as refusal:
        return _show(request, operator, refusal=str(refusal), status=409)
    return redirect("console:second_looks")


def _show(
    request: HttpRequest, operator: Operator, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "operator": operator,
        "looks": second_looks.list_open(),
        "refusal": refusal,
    }
    return render(request, "console/second_looks.html", context, status=status)
