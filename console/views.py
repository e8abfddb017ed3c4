"""The operator's pages: what waits, shops that apply, and the log."""

from collections.abc import Callable
from functools import wraps

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from console.access import operators_only
from console.decisions import approve, decline
from console.deeds import name_deed
from console.first_steps import list_first_steps
from console.forms import DeclineForm
from console.log_file import write_log_csv
from console.models import AuditEntry, Operator
from console.queries import find_application, list_applications, list_log
from console.waiting import list_tasks
from identity.devices import name_device
from merchants.errors import ApplicationDecided, OwnApplication
from merchants.forms_join import LEGAL_FORMS
from merchants.models import Application, LegalForm
from merchants.organisations import find_organisation
from merchants.trades import TRADES

ApplicationView = Callable[[HttpRequest, Operator, Application], HttpResponseBase]


def of_application(
    view: ApplicationView,
) -> Callable[[HttpRequest, Operator, str], HttpResponseBase]:
    """Find the application, or answer 404."""

    @wraps(view)
    def guarded(request: HttpRequest, operator: Operator, reference: str) -> HttpResponseBase:
        application = find_application(reference)
        if application is None:
            raise Http404
        return view(request, operator, application)

    return guarded


@require_GET
@never_cache
@operators_only
def start(request: HttpRequest, operator: Operator) -> HttpResponse:
    """Show what waits, and what a new installation still needs."""
    context = {
        "operator": operator,
        "organisation": find_organisation(),
        "steps": list_first_steps(),
        "tasks": list_tasks(),
    }
    return render(request, "console/start.html", context)


@require_GET
@never_cache
@operators_only
def applications(request: HttpRequest, operator: Operator) -> HttpResponse:
    """List the shops that apply, those that wait first."""
    context = {"operator": operator, "applications": list_applications()}
    return render(request, "console/applications.html", context)


@require_GET
@never_cache
@operators_only
@of_application
def application(
    request: HttpRequest, operator: Operator, application: Application
) -> HttpResponse:
    """Show an application with all it says."""
    return _show(request, operator, application)


@require_POST
@never_cache
@operators_only
@of_application
def approve_application(
    request: HttpRequest, operator: Operator, application: Application
) -> HttpResponse:
    """Approve a shop."""
    try:
        approve(application, by=operator, device=_name_device(request))
    except (ApplicationDecided, OwnApplication) as refusal:
        application.refresh_from_db()
        said = str(refusal)
        return _show(request, operator, application, refusal=said, status=409)
    return redirect("console:application", reference=application.public_id)


@require_POST
@never_cache
@operators_only
@of_application
def decline_application(
    request: HttpRequest, operator: Operator, application: Application
) -> HttpResponse:
    """Decline a shop, with a reason."""
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _show(request, operator, application, form=form, status=422)
    try:
        decline(
            application,
            by=operator,
            device=_name_device(request),
            reason=form.cleaned_data["reason"],
        )
    except (ApplicationDecided, OwnApplication) as refusal:
        application.refresh_from_db()
        said = str(refusal)
        return _show(request, operator, application, refusal=said, status=409)
    return redirect("console:application", reference=application.public_id)


@require_GET
@never_cache
@operators_only
def log(request: HttpRequest, operator: Operator) -> HttpResponse:
    """Show what operators did, the newest first."""
    try:
        entries, after = list_log(after=request.GET.get("after", ""))
    except AuditEntry.DoesNotExist:
        raise Http404 from None
    lines = [(each, name_deed(each.deed), name_device(each.device)) for each in entries]
    context = {"operator": operator, "lines": lines, "next_cursor": after}
    return render(request, "console/log.html", context)


@require_GET
@never_cache
@operators_only
def log_csv(request: HttpRequest, operator: Operator) -> StreamingHttpResponse:
    """Download the whole log."""
    response = StreamingHttpResponse(write_log_csv(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="console-log.csv"'
    return response


def _show(
    request: HttpRequest,
    operator: Operator,
    application: Application,
    *,
    form: DeclineForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "operator": operator,
        "application": application,
        "legal_form": LEGAL_FORMS[LegalForm(application.legal_form)],
        "trade": TRADES.get(application.trade, application.trade),
        "form": form or DeclineForm(),
        "refusal": refusal,
    }
    return render(request, "console/application.html", context, status=status)


def _name_device(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "")
