"""The console's pages of the bank's statements."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from banking.errors import FileTooLarge
from banking.ibans import group_iban
from banking.models import Entry, ReadingStatus, Statement
from console.access import operators_only
from console.bank_decisions import upload_statement
from console.forms_bank import StatementForm
from console.models import Operator
from console.money_in import (
    find_statement,
    list_entries,
    list_statements,
    list_troubled_files,
)
from console.views_runs import name_device


@require_http_methods(["GET", "POST"])
@never_cache
@operators_only
def statements(request: HttpRequest, operator: Operator) -> HttpResponse:
    """List the bank's statements; on POST keep a file for the banker."""
    if request.method == "GET":
        return _show_statements(request, operator, StatementForm())
    form = StatementForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show_statements(request, operator, form, status=422)
    file = form.cleaned_data["file"]
    try:
        kept = upload_statement(
            file.read(),
            name=file.name,
            mapping=form.cleaned_data["mapping"],
            by=operator,
            device=name_device(request),
        )
    except FileTooLarge as refusal:
        form.refuse("file", refusal)
        return _show_statements(request, operator, form, status=422)
    was_read = kept.status == ReadingStatus.READ
    return redirect(reverse("console:statements") + ("?known" if was_read else ""))


@require_GET
@never_cache
@operators_only
def statement(request: HttpRequest, operator: Operator, reference: str) -> HttpResponse:
    """Show a statement and a page of its entries."""
    found = find_statement(reference)
    if found is None:
        raise Http404
    try:
        entries, after = list_entries(found, after=request.GET.get("after", ""))
    except Entry.DoesNotExist:
        raise Http404 from None
    context = {
        "operator": operator,
        "statement": found,
        "currency": found.account.currency,
        "iban": group_iban(found.account.iban),
        "entries": entries,
        "next_cursor": after,
    }
    return render(request, "console/statement.html", context)


def _show_statements(
    request: HttpRequest, operator: Operator, form: StatementForm, *, status: int = 200
) -> HttpResponse:
    try:
        rows, after = list_statements(after=request.GET.get("after", ""))
    except Statement.DoesNotExist:
        raise Http404 from None
    context = {
        "operator": operator,
        "statements": rows,
        "next_cursor": after,
        "files": list_troubled_files(),
        "form": form,
    }
    return render(request, "console/statements.html", context, status=status)
