"""The console's pages of the organisation's own bank accounts."""

from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banking.bank_accounts import list_bank_accounts
from banking.ibans import group_iban
from banking.models import BankAccount, CsvMapping
from console.access import operators_only
from console.bank_decisions import (
    add_account,
    change_account,
    needs_another,
    save_mapping,
    use_account,
)
from console.errors import AccountNeedsAnother
from console.forms_bank import ChangedAccountForm, MappingForm, NewAccountForm
from console.models import Operator
from console.money_in import find_account
from console.views_runs import name_device
from foundation.forms import PageForm
from merchants.organisations import find_organisation


@require_GET
@never_cache
@operators_only
def accounts(request: HttpRequest, operator: Operator) -> HttpResponse:
    """List the accounts."""
    found = [(account, group_iban(account.iban)) for account in list_bank_accounts()]
    context = {"operator": operator, "accounts": found}
    return render(request, "console/bank_accounts.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@operators_only
def new_account(request: HttpRequest, operator: Operator) -> HttpResponse:
    """Add an account."""
    if request.method == "POST":
        form = NewAccountForm(request.POST)
    else:
        form = NewAccountForm.of_organisation(find_organisation())
    if form.is_bound and form.is_valid():
        try:
            made = add_account(form.read_account(), by=operator, device=name_device(request))
        except IntegrityError:
            form.refuse("iban", gettext("This account is there already."))
        else:
            return redirect("console:bank_account", reference=made.public_id)
    context = {"operator": operator, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "console/new_bank_account.html", context, status=status)


@require_http_methods(["GET", "POST"])
@never_cache
@operators_only
def account(request: HttpRequest, operator: Operator, reference: str) -> HttpResponse:
    """Show an account; on POST change its holder and address."""
    found = _find(reference)
    if request.method == "GET":
        return _show(request, operator, found)
    form = ChangedAccountForm(request.POST)
    if not form.is_valid():
        return _show(request, operator, found, form=form, status=422)
    change_account(found, form.read_facts(), by=operator, device=name_device(request))
    return redirect("console:bank_account", reference=reference)


@require_POST
@never_cache
@operators_only
def use(request: HttpRequest, operator: Operator, reference: str) -> HttpResponse:
    """Put an account into use: customers pay to it from now on."""
    found = _find(reference)
    try:
        use_account(found, by=operator, device=name_device(request))
    except AccountNeedsAnother as refusal:
        return _show(request, operator, found, refusal=str(refusal), status=409)
    return redirect("console:bank_account", reference=reference)


@require_http_methods(["GET", "POST"])
@never_cache
@operators_only
def new_mapping(request: HttpRequest, operator: Operator, reference: str) -> HttpResponse:
    """Say how an account's CSV files are read."""
    found = _find(reference)
    form = MappingForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            save_mapping(form.read_mapping(found), by=operator, device=name_device(request))
        except IntegrityError:
            form.refuse("name", gettext("There is a mapping of this name already."))
        else:
            return redirect("console:bank_account", reference=reference)
    context = {"operator": operator, "account": found, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "console/csv_mapping.html", context, status=status)


def _find(reference: str) -> BankAccount:
    found = find_account(reference)
    if found is None:
        raise Http404
    return found


def _show(
    request: HttpRequest,
    operator: Operator,
    account: BankAccount,
    *,
    form: PageForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "operator": operator,
        "account": account,
        "needs_another": needs_another(account, operator=operator),
        "iban": group_iban(account.iban),
        "mappings": CsvMapping.objects.filter(account=account).order_by("name"),
        "form": form or ChangedAccountForm.of(account),
        "refusal": refusal,
    }
    return render(request, "console/bank_account.html", context, status=status)
