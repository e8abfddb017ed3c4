"""A person's wallets in several currencies: the device shows one, and others are opened."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from wallet.access import keep_currency, wallet_only
from wallet.currencies import find_in, list_offered, open_in
from wallet.errors import CurrencyNotOffered, WalletFrozen
from wallet.models import Wallet


@require_POST
@wallet_only
def switch(request: HttpRequest, wallet: Wallet) -> HttpResponse:
    """Show another one of the person's wallets on this device."""
    chosen = find_in(wallet, request.POST.get("currency", ""))
    return keep_currency(redirect("wallet:home"), chosen)


@require_http_methods(["GET", "POST"])
@never_cache
@wallet_only
def open_another(request: HttpRequest, wallet: Wallet) -> HttpResponse:
    """Offer further currencies; on POST open a wallet in one, and show it."""
    refusal, status = "", 200
    if request.method == "POST":
        try:
            opened = open_in(wallet, request.POST.get("currency", ""))
        except (CurrencyNotOffered, WalletFrozen) as found:
            refusal, status = str(found), 409
        else:
            return keep_currency(redirect("wallet:home"), opened)
    context = {"offered": list_offered(wallet), "refusal": refusal}
    return render(request, "wallet/currencies.html", context, status=status)
