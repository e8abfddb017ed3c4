"""The console's pages of payout runs."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from banking.errors import FileDiffers, FileUnwritable, NothingToSend, OwnRun, RunElsewhere
from banking.ibans import group_iban
from banking.models import BankAccount, FileStatus, PaymentFile
from banking.payment_files import list_changes
from banking.runs import (
    can_release,
    find_run,
    find_second_person_sum,
    is_large,
    list_runs,
    needs_second_person,
)
from console.access import operators_only
from console.errors import OwnDownload
from console.forms_runs import RunForm
from console.models import Operator
from console.queries import list_orders_of, list_pending, list_troubled
from console.run_decisions import cancel_run, download_run, hand_over, make_run, release_run

_ORDERS_SHOWN = 200
_CHANGES_SHOWN = 100
_REFUSALS = (OwnDownload, OwnRun, RunElsewhere, FileUnwritable, FileDiffers)
RunView = Callable[[HttpRequest, Operator, PaymentFile], HttpResponseBase]
Deed = Callable[..., None]


def of_run(view: RunView) -> Callable[[HttpRequest, Operator, str], HttpResponseBase]:
    """Find the run, or answer 404."""

    @wraps(view)
    def guarded(request: HttpRequest, operator: Operator, reference: str) -> HttpResponseBase:
        run = find_run(reference)
        if run is None:
            raise Http404
        return view(request, operator, run)

    return guarded


@require_GET
@never_cache
@operators_only
def runs(request: HttpRequest, operator: Operator) -> HttpResponse:
    """List what waits for each account, what needs a look, and the runs."""
    return _show_all(request, operator, RunForm())


@require_POST
@never_cache
@operators_only
def new_run(request: HttpRequest, operator: Operator) -> HttpResponse:
    """Gather an account's pending orders in a run."""
    form = RunForm(request.POST)
    if not form.is_valid():
        return _show_all(request, operator, form, status=422)
    account = BankAccount.objects.filter(
        currency=request.POST.get("currency", "")[:3], is_in_use=True
    ).first()
    if account is None:
        form.refuse(None, NothingToSend())
        return _show_all(request, operator, form, status=409)
    try:
        run = make_run(
            account,
            execute_on=form.cleaned_data["execute_on"],
            by=operator,
            device=name_device(request),
        )
    except NothingToSend as refusal:
        form.refuse(None, refusal)
        return _show_all(request, operator, form, status=409)
    return redirect("console:run", reference=run.public_id)


@require_GET
@never_cache
@operators_only
@of_run
def run(request: HttpRequest, operator: Operator, run: PaymentFile) -> HttpResponse:
    """Show a run: its orders, letters that are written otherwise, and what can be done."""
    return _show(request, operator, run)


@require_POST
@never_cache
@operators_only
@of_run
def release(request: HttpRequest, operator: Operator, run: PaymentFile) -> HttpResponse:
    """Release a run."""
    return _decide(request, operator, run, deed=release_run)


@require_POST
@never_cache
@operators_only
@of_run
def handed_over(request: HttpRequest, operator: Operator, run: PaymentFile) -> HttpResponse:
    """Note that the bank has the run's file."""
    return _decide(request, operator, run, deed=hand_over)


@require_POST
@never_cache
@operators_only
@of_run
def cancel(request: HttpRequest, operator: Operator, run: PaymentFile) -> HttpResponse:
    """Cancel a run that the bank does not have."""
    return _decide(request, operator, run, deed=cancel_run)


@require_POST
@never_cache
@operators_only
@of_run
def download(request: HttpRequest, operator: Operator, run: PaymentFile) -> HttpResponse:
    """Download a released run's file; it is the same each time."""
    if run.status not in {FileStatus.RELEASED, FileStatus.SENT}:
        refusal = str(RunElsewhere(run.status))
        return _show(request, operator, run, refusal=refusal, status=409)
    try:
        content = download_run(run, by=operator, device=name_device(request))
    except _REFUSALS as refused:
        return _show(request, operator, run, refusal=str(refused), status=409)
    answer = HttpResponse(content, content_type="application/xml")
    answer["Content-Disposition"] = f'attachment; filename="{run.message_id}.xml"'
    return answer


def name_device(request: HttpRequest) -> str:
    """Return how the log names the browser."""
    return request.headers.get("User-Agent", "")


def _decide(
    request: HttpRequest, operator: Operator, run: PaymentFile, *, deed: Deed
) -> HttpResponse:
    try:
        deed(run, by=operator, device=name_device(request))
    except _REFUSALS as refused:
        run.refresh_from_db()
        return _show(request, operator, run, refusal=str(refused), status=409)
    return redirect("console:run", reference=run.public_id)


def _show_all(
    request: HttpRequest, operator: Operator, form: RunForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "operator": operator,
        "pending": list_pending(),
        "troubled": list_troubled(),
        "runs": list_runs(),
        "form": form,
    }
    return render(request, "console/runs.html", context, status=status)


def _show(
    request: HttpRequest,
    operator: Operator,
    run: PaymentFile,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    orders = list_orders_of(run)
    is_draft = run.status == FileStatus.DRAFT
    changes = list_changes(orders) if is_draft else []
    context: dict[str, Any] = {
        "operator": operator,
        "run": run,
        "iban": group_iban(run.account.iban),
        "orders": orders[:_ORDERS_SHOWN],
        "changes": changes[:_CHANGES_SHOWN],
        "changes_count": len(changes),
        "can_release": is_draft and can_release(run, operator.user),
        "needs_second": needs_second_person(run),
        "is_large": is_large(run),
        "second_above_minor": find_second_person_sum(run.account.currency),
        "has_outbox": bool(settings.BANK_OUTBOX),
        "refusal": refusal,
    }
    return render(request, "console/run.html", context, status=status)
