"""The console's pages of wallets: search, freeze, and lift a freeze in two steps."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from console.access import operators_only
from console.errors import AskedAlready, LiftDecided, NotFrozen
from console.forms import ReasonForm
from console.models import Operator
from console.wallets import (
    ask_to_lift,
    find_open_lift,
    find_wallet,
    freeze_wallet,
    grant_lift,
    list_open_lifts,
    withdraw_lift,
)
from identity.errors import OwnRequest
from qr.references import encode_reference
from wallet.currencies import list_wallets
from wallet.models import Wallet

WalletView = Callable[[HttpRequest, Operator, Wallet], HttpResponseBase]
_REFUSALS = (AskedAlready, LiftDecided, NotFrozen, OwnRequest)


def of_wallet(view: WalletView) -> Callable[[HttpRequest, Operator, str], HttpResponseBase]:
    """Find the wallet, or answer 404."""

    @wraps(view)
    def guarded(request: HttpRequest, operator: Operator, reference: str) -> HttpResponseBase:
        found = find_wallet(reference)
        if found is None or found.public_id != reference:
            raise Http404
        return view(request, operator, found)

    return guarded


@require_GET
@never_cache
@operators_only
def wallets(request: HttpRequest, operator: Operator) -> HttpResponse:
    """Search a wallet, and list the wishes to unfreeze that wait."""
    wanted = request.GET.get("q", "").strip()[:254]
    found = find_wallet(wanted) if wanted else None
    if found is not None:
        return redirect("console:wallet", reference=found.public_id)
    context = {"operator": operator, "wanted": wanted, "lifts": list_open_lifts()}
    return render(request, "console/wallets.html", context)


@require_GET
@never_cache
@operators_only
@of_wallet
def wallet(request: HttpRequest, operator: Operator, found: Wallet) -> HttpResponse:
    """Show a wallet, and whether it is frozen."""
    return _show(request, operator, found)


@require_POST
@never_cache
@operators_only
@of_wallet
def freeze(request: HttpRequest, operator: Operator, found: Wallet) -> HttpResponse:
    """Freeze a wallet, with a reason."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, operator, found, form=form, status=422)
    reason = form.cleaned_data["reason"]
    freeze_wallet(found, by=operator, reason=reason, device=_name_device(request))
    return redirect("console:wallet", reference=found.public_id)


@require_POST
@never_cache
@operators_only
@of_wallet
def ask(request: HttpRequest, operator: Operator, found: Wallet) -> HttpResponse:
    """Ask a second operator to lift a freeze, with a reason."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, operator, found, form=form, status=422)
    reason = form.cleaned_data["reason"]
    try:
        ask_to_lift(found, by=operator, reason=reason, device=_name_device(request))
    except _REFUSALS as refusal:
        return _show(request, operator, found, refusal=str(refusal), status=409)
    return redirect("console:wallet", reference=found.public_id)


@require_POST
@never_cache
@operators_only
@of_wallet
def decide(request: HttpRequest, operator: Operator, found: Wallet) -> HttpResponse:
    """Lift the freeze that another operator wants lifted, or withdraw the wish."""
    lift = find_open_lift(found)
    act = withdraw_lift if request.POST.get("wish") == "withdraw" else grant_lift
    try:
        if lift is not None:
            act(lift.id, by=operator, device=_name_device(request))
    except _REFUSALS as refusal:
        return _show(request, operator, found, refusal=str(refusal), status=409)
    return redirect("console:wallet", reference=found.public_id)


def _show(
    request: HttpRequest,
    operator: Operator,
    found: Wallet,
    *,
    form: ReasonForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "operator": operator,
        "found": found,
        "person_ref": encode_reference("us", found.user_id),
        "lift": find_open_lift(found),
        "others": [each for each in list_wallets(found) if each.pk != found.pk],
        "form": form or ReasonForm(),
        "refusal": refusal,
    }
    return render(request, "console/wallet.html", context, status=status)


def _name_device(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "")
