"""The pages by which a customer puts money into the wallet."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from banking.bank_accounts import find_account_in_use
from foundation.once import FormReused
from qr.image import draw_modules
from wallet.access import wallet_only
from wallet.errors import TopUpOverLimit, TopUpsTooMany, TopUpTooLarge
from wallet.forms_top_ups import TopUpForm
from wallet.models import Wallet
from wallet.top_ups import announce_top_up, find_top_up, list_top_ups, write_slip

# Of a module on the screen: a phone's camera reads it from another screen.
_PIXELS = 5


@require_http_methods(["GET", "POST"])
@never_cache
@wallet_only
def top_ups(request: HttpRequest, wallet: Wallet) -> HttpResponse:
    """Ask how much, and show what is on its way and what arrived."""
    is_sent = request.method == "POST"
    form = TopUpForm(request.POST if is_sent else None, currency=wallet.currency)
    if is_sent and form.is_valid():
        try:
            made = announce_top_up(
                wallet,
                amount_minor=form.cleaned_data["amount"],
                made_id=form.read_id(),
                wants_letter=form.cleaned_data["wants_letter"],
            )
        except (TopUpOverLimit, TopUpTooLarge, TopUpsTooMany) as refusal:
            form.refuse("amount", refusal)
        except FormReused as refusal:
            form.renew(refusal)
        else:
            return redirect("wallet:top_up", reference=made.public_id)
    context = {
        "form": form,
        "wallet": wallet,
        "has_account": find_account_in_use(wallet.currency) is not None,
        "top_ups": list_top_ups(wallet),
    }
    return render(request, "wallet/top_ups.html", context, status=422 if is_sent else 200)


@require_GET
@never_cache
@wallet_only
def top_up(request: HttpRequest, wallet: Wallet, reference: str) -> HttpResponse:
    """Show how to pay an announced top-up, and that it arrived once it has."""
    found = find_top_up(wallet, reference)
    if found is None:
        raise Http404
    slip = None if found.has_arrived else write_slip(found.expectation)
    context: dict[str, Any] = {"top_up": found, "slip": slip}
    if slip is not None and slip.code:
        side, modules = draw_modules(slip.code)
        context |= {"qr": modules, "qr_box": f"0 0 {side} {side}", "qr_size": side * _PIXELS}
    return render(request, "wallet/top_up.html", context)
