"""The dashboard's API keys: made, shown once, revoked."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from foundation.once import FormReused
from merchants.access import Staff, owners_only, staff_only
from merchants.forms_people import NewKeyForm
from merchants.keys import list_keys, make_key, revoke_key
from merchants.models import ApiKey


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only
@owners_only
def keys(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the keys; on POST make one, and show its secret this once."""
    if request.method == "GET":
        return _show(request, staff, NewKeyForm())
    form = NewKeyForm(request.POST)
    if not form.is_valid():
        return _show(request, staff, form, status=422)
    try:
        made, secret = make_key(
            staff.merchant, key_id=form.read_id(), label=form.cleaned_data["label"]
        )
    except FormReused as refusal:
        form.renew(refusal)
        return _show(request, staff, form, status=409)
    return _show(request, staff, NewKeyForm(), made=made, secret=secret)


@require_POST
@staff_only
@owners_only
def revoke(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Revoke a key."""
    for key in list_keys(staff.merchant):
        if key.public_id == reference:
            revoke_key(key)
            return redirect("merchants:keys")
    raise Http404


def _show(
    request: HttpRequest,
    staff: Staff,
    form: NewKeyForm,
    *,
    made: ApiKey | None = None,
    secret: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "merchant": staff.merchant,
        "keys": list_keys(staff.merchant),
        "form": form,
        "made": made,
        "secret": secret,
    }
    return render(request, "merchants/keys.html", context, status=status)
