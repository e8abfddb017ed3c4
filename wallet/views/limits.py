"""The wallet's page of limits: how much of each is used, and how to raise them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from foundation.once import FormReused
from wallet.access import wallet_only
from wallet.errors import IdentityAsked
from wallet.forms_identity import IdentityForm
from wallet.identity_requests import ask_for_tier, find_granted, find_latest, withdraw
from wallet.models import IdentityStatus, Tier, Wallet
from wallet.tiers import find_next, list_next_limits, measure_usage

_KNOWN = ("legal_name", "born_on", "street", "building_number", "postcode", "town", "country")


@require_http_methods(["GET", "POST"])
@never_cache
@wallet_only
def limits(request: HttpRequest, wallet: Wallet) -> HttpResponse:
    """Show the limits; on POST ask an operator to raise them."""
    if request.method == "GET":
        return _show(request, wallet, IdentityForm(initial=_read_known(wallet)))
    form = IdentityForm(request.POST)
    if not form.is_valid():
        return _show(request, wallet, form, status=422)
    try:
        ask_for_tier(wallet, form.read_facts(), request_id=form.read_id())
    except IdentityAsked as refusal:
        return _show(request, wallet, form, refusal=str(refusal), status=409)
    except FormReused as refusal:
        form.renew(refusal)
        return _show(request, wallet, form, status=409)
    return redirect("wallet:limits")


@require_POST
@wallet_only
def withdraw_wish(_request: HttpRequest, wallet: Wallet) -> HttpResponse:
    """Withdraw the wish that waits."""
    withdraw(wallet.user_id)
    return redirect("wallet:limits")


def _show(
    request: HttpRequest,
    wallet: Wallet,
    form: IdentityForm,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    wish = find_latest(wallet.user_id)
    waits = wish is not None and wish.status == IdentityStatus.WAITING
    following = find_next(wallet.tier)
    context: dict[str, Any] = {
        "wallet": wallet,
        "usage": measure_usage(wallet),
        "wish": wish,
        "following": following,
        "following_limits": list_next_limits(wallet, following) if following else [],
        "asks_to_show": following == Tier.CHECKED,
        "form": None if waits or following is None else form,
        "refusal": refusal,
    }
    return render(request, "wallet/limits.html", context, status=status)


def _read_known(wallet: Wallet) -> dict[str, Any]:
    granted = find_granted(wallet.user_id)
    return {} if granted is None else {name: getattr(granted, name) for name in _KNOWN}
