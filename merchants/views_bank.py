"""The dashboard's bank account, and payouts that are ordered again."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banking.errors import (
    AddressIncomplete,
    AddressUnwritable,
    IbanOutOfReach,
    IbanRefused,
    NameUnwritable,
)
from banking.orders import find_by_reference
from foundation.once import FormReused
from merchants.access import (
    Staff,
    managers_only,
    owners_only,
    staff_only,
    whole_merchant,
)
from merchants.errors import (
    AccountDecided,
    NewcomerConfirms,
    NothingToPayAgain,
    OwnAccountChange,
)
from merchants.forms_bank import BankAccountForm
from merchants.models import PayoutAccount, Role
from merchants.payout_accounts import (
    confirm_account,
    find_change,
    list_accounts,
    name_account,
    withdraw_account,
)
from merchants.payout_orders import pay_again
from merchants.queries import find_payout_account, find_settlement, read_clock

# Beside which field a refusal stands.
_FIELDS: dict[type[Exception], str] = {
    IbanRefused: "iban",
    IbanOutOfReach: "iban",
    NameUnwritable: "holder",
    AddressIncomplete: "town",
    AddressUnwritable: "street",
}
AccountView = Callable[[HttpRequest, Staff, PayoutAccount], HttpResponseBase]


def of_account(view: AccountView) -> Callable[[HttpRequest, Staff, str], HttpResponseBase]:
    """Find the account among those that the merchant named, or answer 404."""

    @wraps(view)
    def guarded(request: HttpRequest, staff: Staff, reference: str) -> HttpResponseBase:
        for account in list_accounts(staff.merchant_id):
            if account.public_id == reference:
                return view(request, staff, account)
        raise Http404

    return guarded


@require_GET
@never_cache
@staff_only
@whole_merchant
@managers_only
def bank_account(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show where payouts go, a change that waits, and what was before."""
    return _show(request, staff)


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only
@owners_only
def name_bank_account(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Name the account for payouts, or another one."""
    if request.method == "GET":
        return _show_form(request, staff, BankAccountForm.of(staff.merchant))
    form = BankAccountForm(request.POST)
    if not form.is_valid():
        return _show_form(request, staff, form, status=422)
    try:
        name_account(
            staff.merchant, form.read_account(), account_id=form.read_id(), by=staff.user
        )
    except tuple(_FIELDS) as refusal:
        form.refuse(_FIELDS[type(refusal)], refusal)
        return _show_form(request, staff, form, status=422)
    except FormReused as refusal:
        form.renew(refusal)
        return _show_form(request, staff, form, status=409)
    return redirect("merchants:bank_account")


@require_POST
@never_cache
@staff_only
@whole_merchant
@managers_only
@of_account
def confirm(request: HttpRequest, staff: Staff, account: PayoutAccount) -> HttpResponse:
    """Confirm a change as the second person."""
    try:
        confirm_account(account, by=staff.user)
    except (AccountDecided, NewcomerConfirms, OwnAccountChange) as refusal:
        return _show(request, staff, refusal=str(refusal), status=409)
    return redirect("merchants:bank_account")


@require_POST
@never_cache
@staff_only
@whole_merchant
@managers_only
@of_account
def withdraw(request: HttpRequest, staff: Staff, account: PayoutAccount) -> HttpResponse:
    """Withdraw a change that waits."""
    try:
        withdraw_account(account, by=staff.user)
    except AccountDecided as refusal:
        return _show(request, staff, refusal=str(refusal), status=409)
    return redirect("merchants:bank_account")


@require_POST
@staff_only
@whole_merchant
@managers_only
def order_again(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Order a payout again that was refused or came back."""
    settlement = find_settlement(staff.merchant_id, reference)
    if settlement is None:
        raise Http404
    answer = redirect("merchants:settlement", reference=reference)
    replaced = find_by_reference(request.POST.get("order", ""))
    try:
        pay_again(settlement, replaced_id=None if replaced is None else replaced.pk)
    except NothingToPayAgain:
        answer["Location"] += "?said=not_again"
    return answer


def _show(
    request: HttpRequest, staff: Staff, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    accounts, now = list_accounts(staff.merchant_id), read_clock()
    account, change = find_payout_account(staff.merchant_id), find_change(staff.merchant_id)
    shown = {each.pk for each in (account, change) if each is not None}
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "is_owner": staff.role == Role.OWNER,
        "account": account,
        "change": change,
        "earlier": [each for each in accounts if each.pk not in shown],
        "now": now,
        "refusal": refusal,
    }
    return render(request, "merchants/bank_account.html", context, status=status)


def _show_form(
    request: HttpRequest, staff: Staff, form: BankAccountForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "form": form,
        "account": find_payout_account(staff.merchant_id),
        "read": form.read,
    }
    return render(request, "merchants/name_bank_account.html", context, status=status)
