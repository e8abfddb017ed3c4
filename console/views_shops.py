"""The console's pages of shops, and of their fees, which two operators change."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from console.access import operators_only
from console.fee_decisions import agree_to_fee, ask_for_fee, withdraw_fee
from console.forms_fees import FeeRuleForm
from console.models import Operator
from console.shops import (
    describe_shop,
    find_fee_rule,
    find_first_currency,
    find_shop,
    list_shops,
)
from console.views_runs import name_device
from foundation.once import FormReused
from identity.errors import DecidedMeanwhile, OwnRequest
from ledger.typed import write_percent
from merchants.errors import FeeRuleAlready, FeeRuleTooSoon
from merchants.fee_rules import find_first_day, find_open, list_waiting
from merchants.models import Merchant
from merchants.organisations import list_currencies

_REFUSALS = (DecidedMeanwhile, FeeRuleAlready, FeeRuleTooSoon, OwnRequest)
ShopView = Callable[[HttpRequest, Operator, Merchant], HttpResponseBase]


def of_shop(view: ShopView) -> Callable[[HttpRequest, Operator, str], HttpResponseBase]:
    """Find the shop, or answer 404."""

    @wraps(view)
    def guarded(request: HttpRequest, operator: Operator, reference: str) -> HttpResponseBase:
        found = find_shop(reference)
        if found is None:
            raise Http404
        return view(request, operator, found)

    return guarded


@require_GET
@never_cache
@operators_only
def shops(request: HttpRequest, operator: Operator) -> HttpResponse:
    """List the shops, the newest first."""
    try:
        rows, after = list_shops(after=request.GET.get("after", ""))
    except Merchant.DoesNotExist:
        raise Http404 from None
    context = {
        "operator": operator,
        "shops": rows,
        "next_cursor": after,
        "wishes": list_waiting(),
    }
    return render(request, "console/shops.html", context)


@require_GET
@never_cache
@operators_only
@of_shop
def shop(request: HttpRequest, operator: Operator, found: Merchant) -> HttpResponse:
    """Show a shop: its state, fee, bank account and money."""
    return _show(request, operator, found)


@require_POST
@never_cache
@operators_only
@of_shop
def ask_fee(request: HttpRequest, operator: Operator, found: Merchant) -> HttpResponse:
    """Ask a second operator to change the fee from a day on."""
    form = _make_form(found, request)
    if not form.is_valid():
        return _show(request, operator, found, form=form, status=422)
    try:
        ask_for_fee(
            found,
            form.read_rule(),
            rule_id=form.read_id(),
            by=operator,
            device=name_device(request),
        )
    except FeeRuleTooSoon as refusal:
        form.refuse("applies_on", refusal)
        return _show(request, operator, found, form=form, status=422)
    except FormReused as refusal:
        form.renew(refusal)
        return _show(request, operator, found, form=form, status=409)
    except _REFUSALS as refusal:
        return _show(request, operator, found, form=form, refusal=str(refusal), status=409)
    return redirect("console:shop", reference=found.public_id)


@require_POST
@never_cache
@operators_only
@of_shop
def decide_fee(request: HttpRequest, operator: Operator, found: Merchant) -> HttpResponse:
    """Agree to the change that another operator has asked for, or withdraw it."""
    rule = find_fee_rule(found, request.POST.get("rule", ""))
    if rule is None:
        raise Http404
    act = agree_to_fee if request.POST.get("wish") == "agree" else withdraw_fee
    try:
        act(rule, by=operator, device=name_device(request))
    except _REFUSALS as refusal:
        return _show(request, operator, found, refusal=str(refusal), status=409)
    return redirect("console:shop", reference=found.public_id)


def _make_form(found: Merchant, request: HttpRequest | None = None) -> FeeRuleForm:
    currency = find_first_currency(found, default=list_currencies()[0])
    initial = {"applies_on": find_first_day(found)}
    data = None if request is None else request.POST
    return FeeRuleForm(data, currency=currency, initial=initial)


def _show(
    request: HttpRequest,
    operator: Operator,
    found: Merchant,
    *,
    form: FeeRuleForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    wish = find_open(found.id)
    form = form or _make_form(found)
    context = {
        "operator": operator,
        "shop": found,
        "wish": wish,
        "wish_percent": "" if wish is None else write_percent(wish.mdr_bps),
        "form": form,
        "currency": form.currency,
        "codes": [form.currency],
        "refusal": refusal,
        **describe_shop(found),
    }
    return render(request, "console/shop.html", context, status=status)
