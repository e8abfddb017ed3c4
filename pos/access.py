"""Who may open the till's pages: the device that was paired, with its cashier."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from merchants.models import StaffMember
from pos.authentication import (
    CASHIER_COOKIE,
    TILL_COOKIE,
    TILL_COOKIE_LIFE_S,
    read_till,
)
from pos.callers import Caller

Till = Caller
TillView = Callable[[HttpRequest, Till], HttpResponseBase]


def till_only(view: TillView) -> Callable[[HttpRequest], HttpResponseBase]:
    """Send devices that are not paired to where they can be."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponseBase:
        till = read_till(request)
        return view(request, till) if till else redirect("pos:pair")

    return guarded


def keep_token(response: HttpResponse, token: str) -> HttpResponse:
    """Let the device keep its token, out of reach of scripts."""
    _keep(response, TILL_COOKIE, token, life_s=TILL_COOKIE_LIFE_S)
    return response


def keep_cashier(response: HttpResponse, till: Till, cashier: StaffMember) -> HttpResponse:
    """Let the device remember who unlocked it, until it is locked or closed."""
    assert till.terminal is not None, "a till's pages are asked for by a till"
    response.set_signed_cookie(
        CASHIER_COOKIE,
        str(cashier.id),
        salt=till.terminal.public_id,
        httponly=True,
        secure=settings.IS_SECURE,
        samesite="Lax",
    )
    return response


def _keep(response: HttpResponse, name: str, value: str, *, life_s: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=life_s,
        httponly=True,
        secure=settings.IS_SECURE,
        samesite="Lax",
    )
