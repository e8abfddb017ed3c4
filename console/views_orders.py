"""The console's pages of single orders, and of the bank's reports."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banking.errors import OrderOnItsWay, ReportRefused
from banking.ibans import group_iban
from banking.models import AnswerStatus, Order
from banking.orders import OUT, find_by_reference
from banking.reasons import explain_reason
from console.access import operators_only
from console.errors import AskedAlready
from console.forms_runs import AnswerForm, ReportForm
from console.models import Operator
from console.queries import list_answers, list_reports
from console.run_decisions import answer_order, drop_order, upload_report
from console.second_looks import ask_to_refuse, refusal_needs_second_look
from console.views_runs import name_device

OrderView = Callable[[HttpRequest, Operator, Order], HttpResponseBase]


def of_order(view: OrderView) -> Callable[[HttpRequest, Operator, str], HttpResponseBase]:
    """Find the order, or answer 404."""

    @wraps(view)
    def guarded(request: HttpRequest, operator: Operator, reference: str) -> HttpResponseBase:
        order = find_by_reference(reference)
        if order is None:
            raise Http404
        return view(request, operator, order)

    return guarded


@require_GET
@never_cache
@operators_only
@of_order
def order(request: HttpRequest, operator: Operator, order: Order) -> HttpResponse:
    """Show an order, what was said of it, and what can be done."""
    return _show(request, operator, order)


@require_POST
@never_cache
@operators_only
@of_order
def cancel(request: HttpRequest, operator: Operator, order: Order) -> HttpResponse:
    """Cancel an order that has not left."""
    try:
        drop_order(order, by=operator, device=name_device(request))
    except OrderOnItsWay as refused:
        order.refresh_from_db()
        return _show(request, operator, order, refusal=str(refused), status=409)
    return redirect("console:order", reference=order.public_id)


@require_POST
@never_cache
@operators_only
@of_order
def answer(request: HttpRequest, operator: Operator, order: Order) -> HttpResponse:
    """Note what the bank said of an order; the banker carries it out."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _show(request, operator, order, form=form, status=422)
    status = AnswerStatus(form.cleaned_data["status"])
    code, device = form.cleaned_data["reason_code"], name_device(request)
    if status == AnswerStatus.REFUSED and refusal_needs_second_look(order):
        try:
            ask_to_refuse(order, reason_code=code, by=operator, device=device)
        except AskedAlready as refused:
            return _show(request, operator, order, refusal=str(refused), status=409)
        return redirect("console:second_looks")
    answer_order(order, status, reason_code=code, by=operator, device=device)
    return redirect("console:order", reference=order.public_id)


@require_http_methods(["GET", "POST"])
@never_cache
@operators_only
def reports(request: HttpRequest, operator: Operator) -> HttpResponse:
    """List the bank's reports; on POST keep one for the banker."""
    if request.method == "GET":
        return _show_reports(request, operator, ReportForm())
    form = ReportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show_reports(request, operator, form, status=422)
    file = form.cleaned_data["file"]
    try:
        upload_report(
            file.read(), file_name=file.name, by=operator, device=name_device(request)
        )
    except ReportRefused as refusal:
        form.refuse("file", refusal)
        return _show_reports(request, operator, form, status=422)
    return redirect("console:reports")


def _show(
    request: HttpRequest,
    operator: Operator,
    order: Order,
    *,
    form: AnswerForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "operator": operator,
        "order": order,
        "iban": group_iban(order.creditor_iban),
        "reason": explain_reason(order.reason_code),
        "is_out": order.status in OUT,
        "answers": list_answers(order),
        "form": form or AnswerForm(),
        "refusal": refusal,
    }
    return render(request, "console/order.html", context, status=status)


def _show_reports(
    request: HttpRequest, operator: Operator, form: ReportForm, *, status: int = 200
) -> HttpResponse:
    context = {"operator": operator, "reports": list_reports(), "form": form}
    return render(request, "console/reports.html", context, status=status)
