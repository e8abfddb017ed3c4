"""The console's pages of money that two operators move by hand."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banking import adjustments
from banking.errors import AdjustmentAlready, AdjustmentUnfit, BreakDecided
from banking.models import Adjustment
from console.access import operators_only
from console.adjustments import (
    Side,
    agree_to_adjust,
    ask_to_adjust,
    find_adjustment,
    find_sides,
    list_decided,
    withdraw_adjustment,
)
from console.errors import OwnMoney
from console.forms_adjustments import AdjustmentForm, RecoveryForm
from console.models import Operator
from console.views_runs import name_device
from foundation.once import FormReused
from identity.errors import DecidedMeanwhile, OwnRequest
from ledger.chart import AccountKind

REFUSALS = (AdjustmentAlready, AdjustmentUnfit, BreakDecided, OwnMoney)
_DECISIONS = (BreakDecided, DecidedMeanwhile, OwnRequest)
WishView = Callable[[HttpRequest, Operator, Adjustment], HttpResponseBase]


def of_wish(view: WishView) -> Callable[[HttpRequest, Operator, str], HttpResponseBase]:
    """Find the adjustment, or answer 404."""

    @wraps(view)
    def guarded(request: HttpRequest, operator: Operator, reference: str) -> HttpResponseBase:
        found = find_adjustment(reference)
        if found is None:
            raise Http404
        return view(request, operator, found)

    return guarded


@require_GET
@never_cache
@operators_only
def all_adjustments(request: HttpRequest, operator: Operator) -> HttpResponse:
    """List the adjustments that wait, and those that were decided."""
    try:
        decided, after = list_decided(after=request.GET.get("after", ""))
    except Adjustment.DoesNotExist:
        raise Http404 from None
    waiting = list(adjustments.list_open())
    sides = find_sides([*waiting, *decided])
    context = {
        "operator": operator,
        "waiting": [_name(row, sides) for row in waiting],
        "decided": [_name(row, sides) for row in decided],
        "next_cursor": after,
    }
    return render(request, "console/adjustments.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@operators_only
def new_adjustment(request: HttpRequest, operator: Operator) -> HttpResponse:
    """Ask a second operator to move money."""
    if request.method == "GET":
        return _show_form(request, operator, AdjustmentForm(initial=_begin(request)))
    form = AdjustmentForm(request.POST)
    if not form.is_valid():
        return _show_form(request, operator, form, status=422)
    return ask_by(request, operator, form) or _show_form(request, operator, form, status=409)


def ask_by(
    request: HttpRequest, operator: Operator, form: AdjustmentForm | RecoveryForm
) -> HttpResponse | None:
    """Ask for what a valid form says; None if that is refused, which the form then tells."""
    try:
        wish = ask_to_adjust(
            form.read_adjustment(),
            adjustment_id=form.read_id(),
            by=operator,
            device=name_device(request),
        )
    except FormReused as refusal:
        form.renew(refusal)
    except REFUSALS as refusal:
        form.refuse(None, refusal)
    else:
        return redirect("console:adjustment", reference=wish.public_id)
    return None


@require_GET
@never_cache
@operators_only
@of_wish
def adjustment(request: HttpRequest, operator: Operator, wish: Adjustment) -> HttpResponse:
    """Show an adjustment, and whether it moved."""
    return _show(request, operator, wish)


@require_POST
@never_cache
@operators_only
@of_wish
def decide(request: HttpRequest, operator: Operator, wish: Adjustment) -> HttpResponse:
    """Agree to an adjustment, or withdraw it."""
    act = agree_to_adjust if request.POST.get("wish") == "agree" else withdraw_adjustment
    try:
        act(wish, by=operator, device=name_device(request))
    except _DECISIONS as refusal:
        wish.refresh_from_db()
        return _show(request, operator, wish, refusal=str(refusal), status=409)
    return redirect("console:adjustment", reference=wish.public_id)


def _begin(request: HttpRequest) -> dict[str, str]:
    of = request.GET.get("of", "")[:30]
    if of.startswith("mr_"):
        return {"debit": AccountKind.PAYABLE, "debit_name": of, "credit": AccountKind.WALLET}
    return {"debit": AccountKind.FEE_INCOME, "credit": AccountKind.WALLET, "credit_name": of}


def _name(row: Adjustment, sides: dict[UUID, Side]) -> tuple[Adjustment, Side, Side]:
    return row, sides[row.debit_account_id], sides[row.credit_account_id]


def _show_form(
    request: HttpRequest, operator: Operator, form: AdjustmentForm, *, status: int = 200
) -> HttpResponse:
    context = {"operator": operator, "form": form}
    return render(request, "console/new_adjustment.html", context, status=status)


def _show(
    request: HttpRequest,
    operator: Operator,
    wish: Adjustment,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    row, debit, credit = _name(wish, find_sides([wish]))
    context = {
        "operator": operator,
        "row": row,
        "debit": debit,
        "credit": credit,
        "borne_minor": row.amount_minor - (row.moved_minor or 0),
        "refusal": refusal,
    }
    return render(request, "console/adjustment.html", context, status=status)
