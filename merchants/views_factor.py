"""The second factor: asked for at the sign-in, added and turned off by its owner."""

import json
from typing import Any
from uuid import UUID

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.forms import PageForm
from identity.dashboard_sessions import end_session_of, list_sessions, write_reference
from identity.devices import read_device
from identity.errors import (
    FactorAlready,
    FactorLocked,
    FactorWrong,
    PasskeyRefused,
    SignInLocked,
    SignInRefused,
)
from identity.factors import (
    check_factor,
    count_recovery_codes,
    has_factor,
    make_app_secret,
    write_app_link,
)
from identity.models import AuthenticatorApp, User
from identity.passkeys import (
    ask_for_known,
    ask_for_new,
    can_have_passkeys,
    check_passkey,
    list_passkeys,
)
from identity.sign_in import identify_by_password
from merchants.access import signed_in_only
from merchants.entrance import end_other_sessions, find_asked, keep_session, open_session
from merchants.forms_factor import FactorForm, NewAppForm, NewPasskeyForm, ProofForm
from merchants.own_factor import (
    forget_passkey,
    make_recovery_codes,
    set_up_app,
    set_up_passkey,
    turn_off,
)
from qr.errors import PayloadInvalid
from qr.image import draw_modules
from qr.references import decode_reference, encode_reference

# What a browser was asked about a passkey; one answer takes it away.
_QUESTION = "passkey"
_SALT = "merchants.new_app"
_SECRET_LIFE_S = 3600


@require_http_methods(["GET", "POST"])
@never_cache
def sign_in_factor(request: HttpRequest) -> HttpResponse:
    """Ask somebody whose password was right for the second factor."""
    asked = find_asked(request)
    if asked is None:
        return redirect("merchants:sign_in")
    user, wanted = asked
    form = FactorForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _ask(request, user, form, status=422 if form.is_bound else 200)
    try:
        check_factor(user, form.cleaned_data["code"], device=read_device(request))
    except (FactorWrong, FactorLocked) as refusal:
        form.refuse("code", refusal)
        return _ask(request, user, form, status=403)
    return open_session(request, user, wanted=wanted)


@require_POST
@never_cache
def sign_in_passkey(request: HttpRequest) -> HttpResponse:
    """Take a passkey's answer in place of a code."""
    asked = find_asked(request)
    state = request.session.pop(_QUESTION, {})
    if asked is None:
        return redirect("merchants:sign_in")
    user, wanted = asked
    try:
        check_passkey(user.id, request.POST.get("answer", ""), state=state)
    except PasskeyRefused as refusal:
        return _ask(request, user, FactorForm(), refusal=str(refusal), status=403)
    return open_session(request, user, wanted=wanted)


@require_GET
@never_cache
@signed_in_only
def security(request: HttpRequest, user: User) -> HttpResponse:
    """Show how one signs in: app, passkeys and recovery codes."""
    return _show(request, user)


@require_http_methods(["GET", "POST"])
@never_cache
@signed_in_only
def new_app(request: HttpRequest, user: User) -> HttpResponse:
    """Show a new app's secret as a code to scan, and take the app's first answer."""
    if request.method == "GET":
        sealed = signing.dumps([str(user.id), make_app_secret()], salt=_SALT)
        return _show_app(request, user, NewAppForm(initial={"secret": sealed}))
    form = NewAppForm(request.POST)
    secret = _read_secret(user, form["secret"].value())
    if secret is not None and _is_proved(request, user, form):
        try:
            return _finish(request, user, set_up_app(user, secret, form.cleaned_data["code"]))
        except (FactorAlready, FactorWrong) as refusal:
            form.refuse("code", refusal)
    return _show_app(request, user, form, status=422)


@require_POST
@never_cache
@signed_in_only
def new_passkey(request: HttpRequest, user: User) -> HttpResponse:
    """Keep a passkey that the browser has made."""
    state = request.session.pop(_QUESTION, {})
    form = NewPasskeyForm(request.POST)
    if _is_proved(request, user, form):
        answer, name = form.cleaned_data["answer"], form.cleaned_data["name"]
        try:
            codes = set_up_passkey(user, answer, state=state, name=name)
            return _finish(request, user, codes)
        except PasskeyRefused as refusal:
            form.refuse(None, refusal)
    return _show(request, user, passkey_form=form, status=422)


@require_POST
@never_cache
@signed_in_only
def change_factor(request: HttpRequest, user: User) -> HttpResponse:
    """Make new recovery codes, remove a passkey or turn all off, by password and factor."""
    form = ProofForm(request.POST)
    if not _is_proved(request, user, form):
        return _show(request, user, proof_form=form, status=422)
    try:
        check_factor(user, form.cleaned_data["code"], device=read_device(request))
    except (FactorWrong, FactorLocked) as wrong:
        form.refuse("code", wrong)
        return _show(request, user, proof_form=form, status=422)
    wish = request.POST.get("wish", "")
    if wish == "codes":
        return _show_codes(request, make_recovery_codes(user))
    if wish == "off":
        turn_off(user)
    else:
        forget_passkey(user, _read_passkey(wish))
    return redirect("merchants:security")


@require_POST
@signed_in_only
def end_session(request: HttpRequest, user: User) -> HttpResponse:
    """End one of one's sessions, or all others."""
    if wanted := request.POST.get("session"):
        end_session_of(user, wanted)
    elif request.POST.get("others"):
        end_other_sessions(request, user)
    return redirect("merchants:security")


def _ask(
    request: HttpRequest, user: User, form: FactorForm, *, status: int, refusal: str = ""
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "refusal": refusal}
    if can_have_passkeys() and list_passkeys(user.id):
        question, request.session[_QUESTION] = ask_for_known(user.id)
        context["question"] = json.dumps(question)
    context["has_app"] = AuthenticatorApp.objects.filter(pk=user.pk).exists()
    return render(request, "merchants/sign_in_factor.html", context, status=status)


def _show(
    request: HttpRequest,
    user: User,
    *,
    passkey_form: NewPasskeyForm | None = None,
    proof_form: ProofForm | None = None,
    status: int = 200,
) -> HttpResponse:
    passkeys = [
        {"passkey": each, "reference": encode_reference("pk", each.id)}
        for each in list_passkeys(user.id)
    ]
    context: dict[str, Any] = {
        "person": user,
        "app": AuthenticatorApp.objects.filter(pk=user.pk).first(),
        "passkeys": passkeys,
        "codes_left": count_recovery_codes(user.id),
        "has_factor": has_factor(user.id),
        "passkey_form": passkey_form or NewPasskeyForm(),
        "proof_form": proof_form or ProofForm(),
        "wanted": _read_wanted(request),
        "sessions": [
            {
                "session": each,
                "reference": write_reference(each),
                "is_this": each.session_key == request.session.session_key,
            }
            for each in list_sessions(user)
        ],
    }
    if can_have_passkeys():
        question, request.session[_QUESTION] = ask_for_new(user)
        context["question"] = json.dumps(question)
    return _render(request, "merchants/security.html", context, status=status)


def _show_app(
    request: HttpRequest, user: User, form: NewAppForm, *, status: int = 200
) -> HttpResponse:
    secret = _read_secret(user, form["secret"].value())
    if secret is None:
        return redirect("merchants:new_app")
    side, modules = draw_modules(write_app_link(user, secret))
    context = {"form": form, "secret": secret, "side": side, "modules": modules}
    return _render(request, "merchants/new_app.html", context, status=status)


def _show_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    context = {"codes": codes, "wanted": _read_wanted(request)}
    return _render(request, "merchants/recovery_codes.html", context)


def _render(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    staff = getattr(request, "staff", None)
    whose = {} if staff is None else {"merchant": staff.merchant, "works_at": staff.store}
    return render(request, template, whose | context, status=status)


def _finish(request: HttpRequest, user: User, codes: list[str]) -> HttpResponse:
    keep_session(request, user)
    if codes:
        return _show_codes(request, codes)
    return redirect(_read_wanted(request) or "merchants:security")


def _read_wanted(request: HttpRequest) -> str:
    # The console leads here, and back; nobody else does.
    wanted = request.GET.get("next", "")
    return wanted if wanted.startswith("/console/") else ""


def _read_secret(user: User, sealed: object) -> str | None:
    try:
        person, secret = signing.loads(str(sealed), salt=_SALT, max_age=_SECRET_LIFE_S)
    except signing.BadSignature:
        return None
    return str(secret) if person == str(user.id) else None


def _read_passkey(reference: str) -> UUID:
    try:
        return decode_reference("pk", reference)
    except PayloadInvalid:
        raise Http404 from None


def _is_proved(request: HttpRequest, user: User, form: PageForm) -> bool:
    if not form.is_valid():
        return False
    password = form.cleaned_data["current"]
    try:
        identify_by_password(user.email or "", password=password, device=read_device(request))
    except SignInRefused:
        form.refuse("current", gettext("This is not the password you sign in with."))
    except SignInLocked as refusal:
        form.refuse("current", refusal)
    return form.is_valid()
