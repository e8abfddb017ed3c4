"""The dashboard's page of the timetable: when settlements close, and when they are paid."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dates import WEEKDAYS
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from merchants.access import Staff, name_actor, owners_only, staff_only, whole_merchant
from merchants.forms_timetable import TimetableForm
from merchants.hold_rules import RULES
from merchants.holds import show_hold
from merchants.models import Role
from merchants.payouts import find_minimum
from merchants.queries import list_merchant_balances, read_clock
from merchants.timetable_change import change_timetable
from merchants.timetables import Timetable


@require_GET
@never_cache
@staff_only
@whole_merchant
def timetable(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show when settlements close and are paid, in words and with the next one."""
    return _show(request, staff)


@require_POST
@never_cache
@staff_only
@whole_merchant
@owners_only
def change(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Choose another timetable."""
    form = TimetableForm(request.POST, currency=_find_currency(staff))
    if not form.is_valid():
        return _show(request, staff, form=form, status=422)
    change_timetable(
        staff.merchant, form.read_timetable(staff.merchant), actor=name_actor(staff)
    )
    return redirect("merchants:timetable")


def _find_currency(staff: Staff) -> str | None:
    balances = list_merchant_balances(staff.merchant.id)
    return balances[0].currency if len(balances) == 1 else None


def _show(
    request: HttpRequest, staff: Staff, *, form: TimetableForm | None = None, status: int = 200
) -> HttpResponse:
    merchant = staff.merchant
    kept = Timetable.of(merchant)
    next_cut = kept.find_next_cut(read_clock())
    currencies = [each.currency for each in list_merchant_balances(merchant.id)]
    smallest = {each: find_minimum(merchant, each) for each in currencies}
    context = {
        "merchant": merchant,
        "is_owner": staff.role == Role.OWNER,
        "weekday": WEEKDAYS[merchant.closing_weekday],
        "next_cut": next_cut,
        "due_on": kept.find_due_day(next_cut),
        "smallest": {each: minor for each, minor in smallest.items() if minor > 1},
        "hold": show_hold(merchant.id),
        "rules": RULES.values(),
        "form": form or TimetableForm.of(merchant, currency=_find_currency(staff)),
    }
    return render(request, "merchants/timetable.html", context, status=status)
