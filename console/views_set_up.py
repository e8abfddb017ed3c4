"""The pages of the set-up: the code from the log, then the organisation."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from console.access import operators_only
from console.errors import (
    OperatorAddressTaken,
    SetUpClosed,
    SetUpCodeOver,
    SetUpCodeWrong,
)
from console.forms_set_up import CodeForm, SetUpForm
from console.models import Operator
from console.set_up import is_new, is_open, set_up, try_code, was_used
from identity.models import User
from merchants.entrance import open_session


@require_http_methods(["GET", "POST"])
@never_cache
def setup(request: HttpRequest) -> HttpResponseBase:
    """Ask for the code, then for the organisation; 404 once there is one.

    Where there are operators, as after an upgrade, it is for them alone.
    """
    if is_open() and not is_new():
        return _set_up_as_operator(request)
    return _set_up(request)


@operators_only
def _set_up_as_operator(request: HttpRequest, _operator: Operator) -> HttpResponse:
    return _set_up(request)


def _set_up(request: HttpRequest) -> HttpResponse:
    code = request.POST.get("code", "")
    if not is_open():
        return _end(code)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _ask_for_code(request, form, status=422 if form.is_bound else 200)
    try:
        try_code(code)
        return _take(request, code)
    except SetUpClosed:
        return _end(code)
    except (SetUpCodeWrong, SetUpCodeOver) as refusal:
        form.refuse("code", refusal)
    return _ask_for_code(request, form, status=403)


def _take(request: HttpRequest, code: str) -> HttpResponse:
    if "legal_name" not in request.POST:
        first = {"country": settings.DEFAULT_REGION, "currency": settings.CURRENCIES[0]}
        return _ask(request, code, SetUpForm(initial=first))
    form = SetUpForm(request.POST)
    if not form.is_valid():
        return _ask(request, code, form, status=422)
    device = request.headers.get("User-Agent", "")
    try:
        operator_id = set_up(
            code, form.read_organisation(), form.read_operator(), device=device
        )
    except OperatorAddressTaken as refusal:
        form.refuse("email", refusal)
        return _ask(request, code, form, status=409)
    return open_session(request, User.objects.get(pk=operator_id), wanted="/console/")


def _end(code: str) -> HttpResponse:
    # The second tap of two: if the first one's answer was lost, this asks to sign in.
    if code and was_used(code):
        return redirect("console:start")
    raise Http404


def _ask_for_code(request: HttpRequest, form: CodeForm, *, status: int) -> HttpResponse:
    return render(request, "console/set_up_code.html", {"form": form}, status=status)


def _ask(
    request: HttpRequest, code: str, form: SetUpForm, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "code": code}
    return render(request, "console/set_up.html", context, status=status)
