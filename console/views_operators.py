"""The console's pages of operators: invited, agreed, ended; and the invitation's own page."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from console import operators as verbs
from console.access import operators_only
from console.errors import ChangeAlready, ChangeOver, LastOperator
from console.forms_operators import AcceptForm, EndForm, OperatorForm
from console.models import Operator
from console.money_in import find_by_reference
from console.views_runs import name_device
from foundation.forms import MakingForm
from foundation.once import FormReused
from identity.errors import DecidedMeanwhile, OwnRequest
from identity.models import User
from merchants.entrance import let_in
from merchants.organisations import find_organisation
from qr.references import encode_reference

_REFUSALS = (ChangeAlready, ChangeOver, DecidedMeanwhile, LastOperator, OwnRequest)


@require_http_methods(["GET", "POST"])
@never_cache
@operators_only
def operators(request: HttpRequest, operator: Operator) -> HttpResponse:
    """List the operators and what waits; on POST invite another one."""
    form = OperatorForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return _show(request, operator, form)
    if not form.is_valid():
        return _show(request, operator, form, status=422)
    try:
        verbs.invite(
            form.cleaned_data["name"],
            form.cleaned_data["email"],
            reason=form.cleaned_data["reason"],
            change_id=form.read_id(),
            by=operator,
            device=name_device(request),
        )
    except ChangeAlready as refusal:
        form.refuse("email", refusal)
        return _show(request, operator, form, status=409)
    except FormReused as refusal:
        form.renew(refusal)
        return _show(request, operator, form, status=409)
    return redirect("console:operators")


@require_http_methods(["GET", "POST"])
@never_cache
@operators_only
def end(request: HttpRequest, operator: Operator, reference: str) -> HttpResponse:
    """Ask, with a reason, that somebody is an operator no more."""
    person = find_by_reference(User.objects.all(), "us", reference)
    found = Operator.objects.filter(pk=person and person.pk, is_active=True).first()
    if found is None:
        raise Http404
    form = EndForm(request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        return _show_end(
            request,
            operator,
            found=found,
            form=form,
            status=422 if form.is_bound else 200,
        )
    try:
        verbs.ask_to_end(
            found,
            reason=form.cleaned_data["reason"],
            change_id=form.read_id(),
            by=operator,
            device=name_device(request),
        )
    except FormReused as refusal:
        form.renew(refusal)
    except _REFUSALS as refusal:
        form.refuse(None, refusal)
    else:
        return redirect("console:operators")
    return _show_end(request, operator, found=found, form=form, status=409)


@require_POST
@never_cache
@operators_only
def decide(request: HttpRequest, operator: Operator, reference: str) -> HttpResponse:
    """Agree to a change that another operator has asked for, or withdraw it."""
    change = verbs.find_change(reference)
    if change is None:
        raise Http404
    act = verbs.agree if request.POST.get("wish") == "agree" else verbs.withdraw
    try:
        act(change, by=operator, device=name_device(request))
    except _REFUSALS as refusal:
        return _show(request, operator, OperatorForm(), refusal=str(refusal), status=409)
    return redirect("console:operators")


@require_http_methods(["GET", "POST"])
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation to the console, and accept it."""
    try:
        found = verbs.find_by_token(token)
        is_new = verbs.needs_password(found)
        form = AcceptForm(
            request.POST if request.method == "POST" and is_new else None,
            initial={"name": found.name},
        )
        if request.method == "GET" or (is_new and not form.is_valid()):
            organisation = find_organisation()
            context = {"change": found, "form": form, "is_new": is_new}
            context |= {"organisation": organisation}
            status = 200 if request.method == "GET" else 422
            return render(request, "console/invitation.html", context, status=status)
        typed = form.cleaned_data if is_new else {"name": "", "password": ""}
        user = verbs.accept(
            found,
            name=typed["name"],
            password=typed["password"],
            device=name_device(request),
        )
    except ChangeOver as refusal:
        context = {"refusal": str(refusal)}
        return render(request, "console/invitation_over.html", context, status=410)
    if not is_new:
        return redirect("console:start")
    return let_in(request, user, wanted="/console/")


def _show(
    request: HttpRequest,
    operator: Operator,
    form: MakingForm,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    people = [(each, encode_reference("us", each.user_id)) for each in verbs.list_operators()]
    context = {
        "operator": operator,
        "people": people,
        "changes": verbs.list_changes(),
        "form": form,
        "refusal": refusal,
    }
    return render(request, "console/operators.html", context, status=status)


def _show_end(
    request: HttpRequest, operator: Operator, *, found: Operator, form: EndForm, status: int
) -> HttpResponse:
    context = {"operator": operator, "found": found, "form": form}
    return render(request, "console/end_operator.html", context, status=status)
