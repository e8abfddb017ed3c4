"""The dashboard's sign-in: e-mail and password, then a second factor where there is one."""

from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from identity.devices import read_device
from identity.errors import SignInLocked, SignInRefused
from identity.sign_in import identify_by_password
from merchants.access import activate_time_zone
from merchants.entrance import let_in
from merchants.onboarding import find_staff_member


@require_http_methods(["GET", "POST"])
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign staff in by e-mail and password."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    context: dict[str, Any] = {
        "email": "",
        "error": "",
        "next": wanted,
        "for_console": wanted.startswith("/console/"),
    }
    if request.method == "GET":
        return render(request, "merchants/sign_in.html", context)
    try:
        return _let_in(request, wanted=wanted)
    except SignInRefused:
        context["error"] = gettext("E-mail or password is not right.")
    except SignInLocked as refusal:
        staff = find_staff_member(refusal.user_id)
        if staff is not None:
            activate_time_zone(staff.merchant.time_zone)
        context |= {"error": str(refusal), "locked_until": refusal.until}
    context["email"] = request.POST.get("email", "")
    return render(request, "merchants/sign_in.html", context, status=403)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("merchants:sign_in")


def _let_in(request: HttpRequest, *, wanted: str) -> HttpResponse:
    user = identify_by_password(
        request.POST.get("email", ""),
        password=request.POST.get("password", ""),
        device=read_device(request),
    )
    return let_in(request, user, wanted=wanted)
