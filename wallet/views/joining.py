"""The pages by which a customer opens a wallet, or chooses a new PIN."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from identity.devices import read_device, remember_device
from identity.errors import CodesTooMany, CodeWrong, DoorsCrowded, VerificationOver
from identity.models import User, Verification
from identity.sign_in import start_session
from identity.verifications import (
    confirm_code,
    find_verification,
    read_token,
    was_just_used,
    write_token,
)
from wallet import joining
from wallet.access import keep_session, read_next
from wallet.errors import WalletAlready
from wallet.forms import CodeForm, ForgottenPinForm, JoinForm, NewPinForm


@dataclass(frozen=True, slots=True)
class Way:
    """One of the two ways to a PIN: what it is for, its next page, and its end."""

    purpose: str
    page: str
    finish: Callable[..., User]


_JOIN = Way(joining.JOIN, "wallet:join_code", joining.join)
_PIN = Way(joining.FORGOTTEN, "wallet:pin_code", joining.choose_new_pin)


@require_http_methods(["GET", "POST"])
@never_cache
def ask_to_join(request: HttpRequest) -> HttpResponse:
    """Ask who wants a wallet, and send a code."""
    form = JoinForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            verification = joining.ask_to_join(
                form.cleaned_data["address"], name=form.cleaned_data["name"]
            )
        except (CodesTooMany, DoorsCrowded) as refusal:
            form.refuse("address", refusal)
            status = 429
        else:
            return _go_on(_JOIN, verification, then=read_next(request))
    context = {"form": form, "next": read_next(request)}
    return render(request, "wallet/join.html", context, status=status)


@require_http_methods(["GET", "POST"])
@never_cache
def ask_for_new_pin(request: HttpRequest) -> HttpResponse:
    """Ask who forgot the PIN, and send a code to whoever has a wallet."""
    form = ForgottenPinForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            verification = joining.ask_for_new_pin(form.cleaned_data["address"])
        except (CodesTooMany, DoorsCrowded) as refusal:
            form.refuse("address", refusal)
            status = 429
        else:
            return _go_on(_PIN, verification, then=read_next(request))
    context = {"form": form, "next": read_next(request)}
    return render(request, "wallet/forgotten_pin.html", context, status=status)


@require_http_methods(["GET", "POST"])
@never_cache
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Take the code, then the PIN, and open the wallet."""
    return _prove(request, token, way=_JOIN)


@require_http_methods(["GET", "POST"])
@never_cache
def new_pin(request: HttpRequest, token: str) -> HttpResponse:
    """Take the code, then the new PIN, and sign in."""
    return _prove(request, token, way=_PIN)


def _prove(request: HttpRequest, token: str, *, way: Way) -> HttpResponse:
    try:
        verification_id, then = read_token(token)
        verification = find_verification(verification_id, purpose=way.purpose)
        if verification.confirmed_at is None:
            return _take_code(request, verification)
        form = NewPinForm(request.POST if request.method == "POST" else None)
        if not form.is_bound or not form.is_valid():
            return _show(request, verification, form, status=422 if form.is_bound else 200)
        user = way.finish(verification, pin=form.cleaned_data["pin"])
    except VerificationOver as refusal:
        return _lead_on(request, token, way=way) or _say_over(request, refusal, way=way)
    except WalletAlready as refusal:
        context = {"refusal": str(refusal), "has_wallet": True}
        return render(request, "wallet/code_over.html", context, status=409)
    secret = start_session(user, device_name=request.headers.get("User-Agent", ""))
    answer = keep_session(redirect(then or "wallet:home"), secret)
    return remember_device(answer, read_device(request), user.id)


def _lead_on(request: HttpRequest, token: str, *, way: Way) -> HttpResponse | None:
    try:
        verification_id, then = read_token(token)
    except VerificationOver:
        return None
    # The second tap of two. If the first one's answer was lost, the next page asks to sign in.
    if request.method == "POST" and was_just_used(verification_id, purpose=way.purpose):
        return redirect(then or "wallet:home")
    return None


def _say_over(request: HttpRequest, refusal: VerificationOver, *, way: Way) -> HttpResponse:
    context = {"refusal": str(refusal), "is_join": way is _JOIN}
    return render(request, "wallet/code_over.html", context, status=410)


def _take_code(request: HttpRequest, verification: Verification) -> HttpResponse:
    form = CodeForm(request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        return _show(request, verification, form, status=422 if form.is_bound else 200)
    try:
        confirm_code(verification, form.cleaned_data["code"])
    except CodeWrong as refusal:
        form.refuse("code", refusal)
        return _show(request, verification, form, status=403)
    except DoorsCrowded as refusal:
        form.refuse("code", refusal)
        return _show(request, verification, form, status=429)
    return redirect(request.path)


def _show(
    request: HttpRequest,
    verification: Verification,
    form: CodeForm | NewPinForm,
    *,
    status: int,
) -> HttpResponse:
    context = {"form": form, "address": verification.address}
    return render(request, "wallet/join_code.html", context, status=status)


def _go_on(way: Way, verification: Verification, *, then: str) -> HttpResponse:
    return redirect(way.page, token=write_token(verification, then=then))
