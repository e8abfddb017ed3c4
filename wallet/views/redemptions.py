"""The wallet's pages of money that goes to the customer's bank account."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banking.errors import (
    AddressIncomplete,
    AddressUnwritable,
    NameUnwritable,
    OrderDiffers,
    OrderOnItsWay,
)
from banking.ibans import group_iban
from banking.models import Order
from banking.orders import cancel_order
from banking.reasons import explain_reason
from foundation.once import FormReused
from identity.errors import PinLocked, PinWrong
from ledger.errors import InsufficientFunds
from ledger.money import format_number
from ledger.queries import read_available
from wallet.access import wallet_only
from wallet.errors import HolderDiffers, RedemptionLimitReached, WalletFrozen
from wallet.forms_redemption import RedemptionForm
from wallet.models import Wallet
from wallet.redemptions import (
    can_cancel,
    find_redemption,
    list_redemptions,
    request_redemption,
)

# Beside which field a refusal stands, and the answer's status.
_REFUSED: dict[type[Exception], tuple[str | None, int]] = {
    WalletFrozen: (None, 403),
    HolderDiffers: ("holder", 422),
    NameUnwritable: ("holder", 422),
    AddressIncomplete: ("town", 422),
    AddressUnwritable: ("town", 422),
    InsufficientFunds: ("amount", 422),
    RedemptionLimitReached: ("amount", 422),
    PinWrong: ("pin", 403),
    PinLocked: ("pin", 403),
}


@require_http_methods(["GET", "POST"])
@never_cache
@wallet_only
def redeem(request: HttpRequest, wallet: Wallet) -> HttpResponse:
    """Ask how much goes to which account; on POST hold the money and order it."""
    if request.method == "GET":
        return _show_form(request, wallet, _open_form(request, wallet))
    form = RedemptionForm(request.POST, currency=wallet.currency)
    if not form.is_valid():
        return _show_form(request, wallet, form, status=422)
    try:
        order = request_redemption(
            wallet,
            request_id=form.read_id(),
            amount_minor=form.cleaned_data["amount"],
            payee=form.read_payee(),
            pin=form.cleaned_data["pin"],
        )
    except tuple(_REFUSED) as refusal:
        field, status = _REFUSED[type(refusal)]
        form.refuse(field, refusal)
        return _show_form(request, wallet, form, status=status)
    except OrderDiffers:
        form.renew(FormReused())
        return _show_form(request, wallet, form, status=409)
    return redirect("wallet:redemption", reference=order.public_id)


@require_GET
@never_cache
@wallet_only
def redemption(request: HttpRequest, wallet: Wallet, reference: str) -> HttpResponse:
    """Show how far a redemption is."""
    return _show(request, _find(wallet, reference))


@require_POST
@never_cache
@wallet_only
def cancel(request: HttpRequest, wallet: Wallet, reference: str) -> HttpResponse:
    """Cancel a redemption that has not left."""
    order = _find(wallet, reference)
    try:
        cancel_order(order)
    except OrderOnItsWay as refusal:
        order.refresh_from_db()
        return _show(request, order, refusal=str(refusal), status=409)
    return redirect("wallet:redemption", reference=reference)


def _find(wallet: Wallet, reference: str) -> Order:
    order = find_redemption(wallet, reference)
    if order is None:
        raise Http404
    return order


def _open_form(request: HttpRequest, wallet: Wallet) -> RedemptionForm:
    initial: dict[str, Any] = {"holder": wallet.user.name}
    if "all" in request.GET:
        available_minor = read_available(wallet.account_id)
        initial["amount"] = format_number(available_minor, wallet.currency)
    last = next(iter(list_redemptions(wallet)), None)
    if last is not None:
        initial["iban"] = group_iban(last.creditor_iban)
    return RedemptionForm(initial=initial, currency=wallet.currency)


def _show_form(
    request: HttpRequest, wallet: Wallet, form: RedemptionForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "wallet": wallet,
        "currency": wallet.currency,
        "available_minor": read_available(wallet.account_id),
        "form": form,
        "orders": list_redemptions(wallet),
    }
    return render(request, "wallet/redeem.html", context, status=status)


def _show(
    request: HttpRequest, order: Order, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "order": order,
        "iban": group_iban(order.creditor_iban),
        "reason": explain_reason(order.reason_code),
        "can_cancel": can_cancel(order),
        "refusal": refusal,
    }
    return render(request, "wallet/redemption.html", context, status=status)
