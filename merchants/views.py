"""The dashboard: sign-in, overview, settlements."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from banking.ibans import mask_iban
from banking.orders import OVER
from banking.reasons import explain_reason
from ledger.typed import write_percent
from merchants.access import Staff, can_manage, managers_only, staff_only, whole_merchant
from merchants.alerts import list_alerts
from merchants.days import read_day
from merchants.fee_versions import load_versions
from merchants.fees import (
    apply_method,
    find_fee,
    list_coming_rules,
    list_fee_examples,
    list_methods,
    list_tiers,
)
from merchants.holds import show_hold
from merchants.layouts import LAYOUTS, suggest_layout
from merchants.models import MerchantBalance, Settlement, SettlementLine
from merchants.organisations import list_currencies
from merchants.owed import load_bank_references, read_owed
from merchants.payouts import load_payouts
from merchants.queries import (
    check_balances,
    find_balances_as_seen,
    find_payout_account,
    find_settlement,
    list_adjustments,
    list_merchant_balances,
    page_lines,
    page_settlements,
    preview_settlement,
    read_clock,
    takes_cash,
)
from merchants.reports.older_sales import load_older_sales
from merchants.reports.paper import fits_paper
from merchants.reports.subtotals import are_quick
from merchants.reports.words import list_carry_words, list_fee_words
from merchants.reports.workbook import fits_workbook
from merchants.settlement import close_balances_now, list_settlements
from merchants.timetables import Timetable

# A small shop's day is on one page. Five hundred take a second of the processor.
_LINES_ON_SCREEN = 100


@require_GET
@never_cache
@staff_only
def overview(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show today, what the next settlement would be, and the last ones."""
    if staff.store_id is not None:
        # Balances and settlements belong to the whole merchant.
        return redirect("pos:payments")
    owed = _show_owed(list_merchant_balances(staff.merchant.id))
    recent = list(list_settlements(staff.merchant.id)[:5])
    load_payouts(recent)
    context = {
        "merchant": staff.merchant,
        "can_manage": can_manage(staff),
        "takes_cash": takes_cash(staff.merchant.id),
        "days": [read_day(preview.balance) for preview in owed["previews"]],
        "has_bank_account": find_payout_account(staff.merchant.id) is not None,
        "next_settlement_at": Timetable.of(staff.merchant).find_next_cut(read_clock()),
        **owed,
        "alerts": list_alerts(staff.merchant, owed["owed"]),
        "recent": recent,
    }
    return render(request, "merchants/overview.html", context)


def _show_owed(balances: list[MerchantBalance]) -> dict[str, Any]:
    previews = [preview_settlement(balance) for balance in balances]
    return {
        "previews": previews,
        "owed": [read_owed(preview) for preview in previews],
        "single": len(previews) == 1,
    }


@require_GET
@never_cache
@staff_only
@whole_merchant
def fees(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show the merchant's fee, in words and with examples."""
    merchant = staff.merchant
    balances = list_merchant_balances(merchant.id)
    # Before the first store there is no balance: the example is in the currency to come.
    currencies = [balance.currency for balance in balances] or list_currencies()[:1]
    fee = find_fee(merchant.id)
    methods = list_methods(merchant.id)
    context = {
        "merchant": merchant,
        "fee": fee,
        "percent": write_percent(fee.mdr_bps),
        "methods": methods,
        "codes": currencies,
        "tiers": list_tiers(merchant.id),
        "tiers_currency": list_currencies()[0],
        "coming": [
            (rule, write_percent(rule.mdr_bps)) for rule in list_coming_rules(merchant.id)
        ],
        "currencies": [
            {
                "currency": each,
                "examples": list_fee_examples(fee, each),
                "by_method": [
                    (method, list_fee_examples(apply_method(fee, method), each))
                    for method in methods
                ],
            }
            for each in currencies
        ],
    }
    return render(request, "merchants/fees.html", context)


@require_GET
@never_cache
@staff_only
@whole_merchant
def settlements(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List settlements under the equation of the open one."""
    balances = list_merchant_balances(staff.merchant.id)
    try:
        page, after = page_settlements(staff.merchant.id, after=request.GET.get("after", ""))
    except Settlement.DoesNotExist:
        raise Http404 from None
    load_payouts(page)
    context = {
        "merchant": staff.merchant,
        "can_manage": can_manage(staff),
        "currencies": [balance.currency for balance in balances],
        "has_bank_account": find_payout_account(staff.merchant.id) is not None,
        "hold": show_hold(staff.merchant.id),
        **_show_owed(balances),
        "settlements": page,
        "next_cursor": after,
        "balanced": check_balances(balances),
        "adjustments": list_adjustments(balances),
        "nothing_to_settle": "nothing" in request.GET,
    }
    return render(request, "merchants/settlements.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only
@whole_merchant
@managers_only
def close_now(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show what would be paid; on POST close each currency's settlement up to now."""
    if request.method == "GET":
        previews = [
            preview_settlement(balance) for balance in list_merchant_balances(staff.merchant.id)
        ]
        open_ones = [preview for preview in previews if preview.has_lines]
        context = {
            "merchant": staff.merchant,
            "previews": open_ones,
            "has_bank_account": find_payout_account(staff.merchant.id) is not None,
            "hold": show_hold(staff.merchant.id),
        }
        return render(request, "merchants/close_now.html", context)
    asked = request.POST.getlist("open")
    if not asked:
        # Without the marks of the preview, show the preview first.
        return redirect("merchants:close_now")
    closed = close_balances_now(find_balances_as_seen(staff.merchant.id, asked))
    if len(closed) == 1:
        return redirect("merchants:settlement", reference=closed[0].public_id)
    response = redirect("merchants:settlements")
    if not closed:
        response["Location"] += "?nothing"
    return response


@require_GET
@never_cache
@staff_only
@whole_merchant
def settlement(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Show one settlement with every line."""
    found = _find_settlement(staff, reference)
    try:
        cursor = request.GET.get("after", "")
        lines, after = page_lines(found, after=cursor, size=_LINES_ON_SCREEN)
    except SettlementLine.DoesNotExist:
        raise Http404 from None
    load_older_sales(found, lines)
    load_versions(found.balance.merchant, lines)
    load_payouts([found])
    load_bank_references([found])
    context = {
        "merchant": staff.merchant,
        "settlement": found,
        "hold": show_hold(staff.merchant.id) if found.payout_status == "held" else None,
        "lines": lines,
        "next_cursor": after,
        "lines_count": found.lines_count,
        "is_paper_offered": fits_paper(found),
        "fee_words": list_fee_words(found),
        "carry_words": list_carry_words(found),
        "is_summed": "sums" in request.GET or (not cursor and are_quick(found)),
        "layouts": LAYOUTS.values(),
        "is_workbook_offered": fits_workbook(found),
        "can_manage": can_manage(staff),
        "said": request.GET.get("said", ""),
        "can_pay_again": _can_pay_again(staff, found),
        **_show_payout(found),
        "layout": suggest_layout(request.headers.get("Accept-Language", "")),
    }
    return render(request, "merchants/settlement.html", context)


def _can_pay_again(staff: Staff, settlement: Settlement) -> bool:
    order = settlement.payout_order
    return can_manage(staff) and order is not None and order.status in OVER


def _show_payout(settlement: Settlement) -> dict[str, str]:
    order = settlement.payout_order
    if order is None:
        return {}
    return {
        "payout_iban": mask_iban(order.creditor_iban),
        "payout_reason": explain_reason(order.reason_code),
    }


def _find_settlement(staff: Staff, reference: str) -> Settlement:
    settlement = find_settlement(staff.merchant_id, reference)
    if settlement is None:
        raise Http404
    return settlement
