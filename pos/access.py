"""Who may open the till's pages: the device that was paired, with its cashier."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from pos.authentication import TILL_COOKIE, TILL_COOKIE_LIFE_S, read_till
from pos.models import Terminal
from pos.principals import Principal

Till = Principal
P = ParamSpec("P")
TillView = Callable[Concatenate[HttpRequest, Till, P], HttpResponseBase]


def till_only(view: TillView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Redirect devices that are not paired to the pairing page."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        till = read_till(request)
        return view(request, till, *args, **kwargs) if till else redirect("pos:pair")

    return guarded


def read_device(till: Till) -> Terminal:
    """Return the terminal of a paired device; only those open the till's pages."""
    assert till.terminal is not None, "till_only lets nobody else in"
    return till.terminal


def keep_token(response: HttpResponse, token: str) -> HttpResponse:
    """Set the till's token as a cookie that scripts cannot read."""
    response.set_cookie(
        TILL_COOKIE,
        token,
        max_age=TILL_COOKIE_LIFE_S,
        httponly=True,
        secure=settings.IS_SECURE,
        samesite="Lax",
    )
    return response
