"""The pages of reports by mail: ask for them, see them, end them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from foundation.once import FormReused
from merchants.access import Staff, staff_only
from merchants.errors import ReportMailUnknown
from merchants.forms_reports import ReportMailForm
from merchants.models import Every
from merchants.report_mails import (
    ask_report_mail,
    end_report_mail,
    find_by_token,
    list_report_mails,
)


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only
def report_mails(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show which reports come by mail; on POST have one more come."""
    if request.method == "GET":
        form = ReportMailForm(initial={"by": request.GET.get("by", "day")})
        return _show(request, staff, form)
    form = ReportMailForm(request.POST)
    if not form.is_valid():
        return _show(request, staff, form, status=422)
    try:
        ask_report_mail(
            staff,
            by=form.cleaned_data["by"],
            every=Every(form.cleaned_data["every"]),
            language=get_language() or "en",
            mail_id=form.read_id(),
        )
    except FormReused as refusal:
        form.renew(refusal)
        return _show(request, staff, form, status=409)
    return redirect("merchants:report_mails")


@require_POST
@never_cache
@staff_only
def end(request: HttpRequest, staff: Staff) -> HttpResponse:
    """End one of one's own mails; again changes nothing."""
    for mail in list_report_mails(staff):
        if mail.public_id == request.POST.get("mail"):
            end_report_mail(mail)
    return redirect("merchants:report_mails")


@require_http_methods(["GET", "POST"])
@never_cache
def end_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, and on POST end the mails whose link this is, without signing in."""
    try:
        mail = find_by_token(token)
    except ReportMailUnknown as refusal:
        context = {"refusal": str(refusal)}
        return render(request, "merchants/link_over.html", context, status=410)
    if request.method == "POST":
        end_report_mail(mail)
        mail.refresh_from_db()
    return render(request, "merchants/end_report_mail.html", {"mail": mail})


def _show(
    request: HttpRequest, staff: Staff, form: ReportMailForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "form": form,
        "mails": list_report_mails(staff),
        "address": staff.user.email,
    }
    return render(request, "merchants/report_mails.html", context, status=status)
