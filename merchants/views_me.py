"""One's own sign-in: invitations, a new password, the PIN, and the shop one looks at."""

from contextlib import suppress

from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from identity.devices import read_device
from identity.errors import SignInLocked, SignInRefused
from identity.factors import has_factor
from identity.passwords import find_by_password_token, find_forgetful
from identity.sign_in import identify_by_password
from merchants.access import SHOP, Staff, members_only
from merchants.entrance import let_in
from merchants.errors import InvitationOver
from merchants.forms_people import (
    AcceptForm,
    ForgottenForm,
    NewPasswordForm,
    OwnPasswordForm,
    OwnPinForm,
)
from merchants.invitations import (
    accept,
    find_by_token,
    needs_password,
    was_just_accepted,
)
from merchants.onboarding import list_memberships
from merchants.own_sign_in import change_password, change_pin, has_just_changed_password
from qr.errors import PayloadInvalid
from qr.references import decode_reference
from relay.letters import send_letter


@require_http_methods(["GET", "POST"])
@never_cache
def forgotten(request: HttpRequest) -> HttpResponse:
    """Mail a link to a new password; say the same whether the address is known."""
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return render(request, "merchants/forgotten.html", {"form": form})
    if not form.is_valid():
        return render(request, "merchants/forgotten.html", {"form": form}, status=422)
    address = form.cleaned_data["email"]
    subject = find_forgetful(address)
    if subject is not None:
        # Also for nobody, so that asking takes as long: no letter is written about nobody.
        with transaction.atomic():
            send_letter("password", subject=subject, address=address.lower())
    return render(request, "merchants/forgotten.html", {"form": form, "sent_to": address})


@require_http_methods(["GET", "POST"])
@never_cache
def new_password(request: HttpRequest, person: str, token: str) -> HttpResponse:
    """Choose a new password by the link of a mail, once."""
    try:
        user_id = decode_reference("us", person)
    except PayloadInvalid:
        return render(request, "merchants/link_over.html", status=410)
    user = find_by_password_token(user_id, token)
    if user is None:
        if request.method == "POST" and has_just_changed_password(user_id):
            # The second tap of two: if the first one's answer was lost, this asks to sign in.
            return redirect("merchants:overview")
        return render(request, "merchants/link_over.html", status=410)
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "person": user}
    if not form.is_bound or not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "merchants/new_password.html", context, status=status)
    change_password(user, form.cleaned_data["password"])
    return let_in(request, user, wanted="")


@require_http_methods(["GET", "POST"])
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation, and accept it."""
    try:
        found = find_by_token(token)
        is_new = needs_password(found)
        form = AcceptForm(
            request.POST if request.method == "POST" and is_new else None,
            initial={"name": found.name},
        )
        context = {"invitation": found, "form": form, "is_new": is_new}
        if request.method == "GET" or (is_new and not form.is_valid()):
            status = 200 if request.method == "GET" else 422
            return render(request, "merchants/invitation.html", context, status=status)
        typed = form.cleaned_data if is_new else {"name": "", "password": ""}
        user = accept(found, name=typed["name"], password=typed["password"])
    except InvitationOver as refusal:
        return _end_invitation(request, token, refusal)
    if not is_new:
        # The mail proves the address; the password was not asked for.
        return redirect("merchants:overview")
    return let_in(request, user, wanted="")


@require_http_methods(["GET"])
@never_cache
@members_only
def me(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show one's own sign-in, and the shops one works for."""
    return _show_me(request, staff)


@require_POST
@never_cache
@members_only
def own_pin(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Set one's own PIN, after the password; the wallet is signed out everywhere."""
    form = OwnPinForm(request.POST)
    if not form.is_valid():
        return _show_me(request, staff, pin_form=form, status=422)
    if (refusal := _check_password(request, staff, form.cleaned_data["current"])) is not None:
        form.refuse("current", refusal)
        return _show_me(request, staff, pin_form=form, status=403)
    change_pin(staff.user, form.cleaned_data["pin"])
    return _say("pin")


@require_POST
@never_cache
@members_only
def own_password(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Change one's own password; other devices are signed out."""
    form = OwnPasswordForm(request.POST)
    if not form.is_valid():
        return _show_me(request, staff, password_form=form, status=422)
    if (refusal := _check_password(request, staff, form.cleaned_data["current"])) is not None:
        form.refuse("current", refusal)
        return _show_me(request, staff, password_form=form, status=403)
    change_password(staff.user, form.cleaned_data["password"])
    update_session_auth_hash(request, staff.user)
    return _say("password")


@require_POST
@members_only
def switch(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Look at another of one's shops."""
    wanted = request.POST.get("shop", "")
    if wanted in {each.merchant.public_id for each in list_memberships(staff.user_id)}:
        request.session[SHOP] = wanted
    return redirect("merchants:overview")


def _show_me(
    request: HttpRequest,
    staff: Staff,
    *,
    pin_form: OwnPinForm | None = None,
    password_form: OwnPasswordForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "staff": staff,
        "pin_form": pin_form or OwnPinForm(),
        "password_form": password_form or OwnPasswordForm(),
        "has_factor": has_factor(staff.user_id),
        "memberships": list_memberships(staff.user_id),
        "said": request.GET.get("said", ""),
    }
    return render(request, "merchants/me.html", context, status=status)


def _check_password(request: HttpRequest, staff: Staff, password: str) -> str | None:
    try:
        identify_by_password(
            staff.user.email or "", password=password, device=read_device(request)
        )
    except SignInRefused:
        return gettext("This is not the password you sign in with.")
    except SignInLocked as refusal:
        return str(refusal)
    return None


def _end_invitation(request: HttpRequest, token: str, refusal: InvitationOver) -> HttpResponse:
    with suppress(InvitationOver):
        if request.method == "POST" and was_just_accepted(token):
            # The second tap of two: if the first one's answer was lost, this asks to sign in.
            return redirect("merchants:overview")
    context = {"refusal": str(refusal)}
    return render(request, "merchants/link_over.html", context, status=410)


def _say(word: str) -> HttpResponse:
    answer = redirect("merchants:me")
    answer["Location"] += f"?said={word}"
    return answer
