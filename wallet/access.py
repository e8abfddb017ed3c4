"""Access to the wallet's pages: a device with a session."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from wallet.authentication import CURRENCY_COOKIE, WALLET_COOKIE, read_wallet
from wallet.models import Wallet

P = ParamSpec("P")
WalletPage = Callable[Concatenate[HttpRequest, Wallet, P], HttpResponseBase]


def wallet_only(
    view: WalletPage[P],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Redirect people who are not signed in to the sign-in page, and back afterwards."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        wallet = read_wallet(request)
        if wallet is None:
            wanted = request.get_full_path() if request.method == "GET" else ""
            response = redirect("wallet:sign_in")
            response["Location"] += f"?{urlencode({'next': wanted})}"
            return response
        return view(request, wallet, *args, **kwargs)

    return guarded


def keep_session(response: HttpResponse, secret: str) -> HttpResponse:
    """Set the session's secret as a cookie that scripts cannot read."""
    response.set_cookie(
        WALLET_COOKIE,
        secret,
        max_age=settings.SESSION_LIFE_DAYS * 24 * 3600,
        httponly=True,
        secure=settings.IS_SECURE,
        samesite="Lax",
    )
    return response


def keep_currency(response: HttpResponse, wallet: Wallet) -> HttpResponse:
    """Show this wallet of the person's on the device from now on."""
    response.set_cookie(
        CURRENCY_COOKIE,
        wallet.currency,
        max_age=settings.SESSION_LIFE_DAYS * 24 * 3600,
        httponly=True,
        secure=settings.IS_SECURE,
        samesite="Lax",
    )
    return response


def read_next(request: HttpRequest) -> str:
    """Return the local address to go on to after sign-in; others are dropped."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if safe else ""
