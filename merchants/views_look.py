"""The dashboard's page of a shop's look, and the logos and colors that other pages load."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from merchants.access import Staff, managers_only, staff_only, whole_merchant
from merchants.errors import LogoUnfit
from merchants.forms_look import LogoForm, LookForm
from merchants.looks import (
    change_logo,
    change_look,
    find_logo,
    has_contrast,
    remove_logo,
)
from merchants.picture_children import BYTES_MAX

# The address names the content, so whatever has it keeps it.
_FOR_EVER = "public, max-age=31536000, immutable"
_HEX = frozenset("0123456789abcdef")


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only
@whole_merchant
@managers_only
def look(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show what customers see of the shop, and change it."""
    if request.method == "GET":
        return _show(request, staff)
    form = LookForm(request.POST)
    if not form.is_valid():
        return _show(request, staff, form=form, status=422)
    change_look(staff.merchant, **form.cleaned_data)
    return redirect("merchants:look")


@require_POST
@never_cache
@staff_only
@whole_merchant
@managers_only
def logo(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Make a picture the shop's logo."""
    form = LogoForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, staff, logo=form, status=422)
    try:
        change_logo(staff.merchant, form.cleaned_data["picture"].read(BYTES_MAX + 1))
    except LogoUnfit as refusal:
        form.refuse("picture", refusal)
        return _show(request, staff, logo=form, status=422)
    return redirect("merchants:look")


@require_POST
@never_cache
@staff_only
@whole_merchant
@managers_only
def no_logo(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show no logo any more."""
    remove_logo(staff.merchant)
    return redirect("merchants:look")


@require_GET
def logo_file(request: HttpRequest, name: str) -> HttpResponse:
    """Send a logo."""
    picture = find_logo(name)
    if picture is None:
        raise Http404
    headers = {"Cache-Control": _FOR_EVER}
    return HttpResponse(picture, content_type="image/png", headers=headers)


@require_GET
def accent_file(request: HttpRequest, color: str) -> HttpResponse:
    """Send the style of a shop's button; a color on which white cannot be read has none."""
    if len(color) != 6 or not _HEX.issuperset(color) or not has_contrast(f"#{color}"):
        raise Http404
    style = f".pri.branded.branded{{background:#{color};border-color:#{color};color:#fff}}"
    headers = {"Cache-Control": _FOR_EVER}
    return HttpResponse(style, content_type="text/css; charset=utf-8", headers=headers)


def _show(
    request: HttpRequest,
    staff: Staff,
    *,
    form: LookForm | None = None,
    logo: LogoForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "merchant": staff.merchant,
        "form": form or LookForm.of(staff.merchant),
        "logo_form": logo or LogoForm(),
    }
    return render(request, "merchants/look.html", context, status=status)
