"""The console's pages of customers who want higher limits."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from console.access import operators_only
from console.forms_identities import DeclineIdentityForm, GrantIdentityForm
from console.identities import (
    decline_wish,
    find_wish,
    grant_wish,
    list_wallets,
    list_wishes,
)
from console.models import Operator
from foundation.forms import PageForm
from identity.errors import OwnRequest
from wallet.errors import IdentityDecided
from wallet.forms_identity import DOCUMENTS
from wallet.models import DocumentKind, IdentityRequest

WishView = Callable[[HttpRequest, Operator, IdentityRequest], HttpResponseBase]


def of_wish(view: WishView) -> Callable[[HttpRequest, Operator, str], HttpResponseBase]:
    """Find the wish, or answer 404."""

    @wraps(view)
    def guarded(request: HttpRequest, operator: Operator, reference: str) -> HttpResponseBase:
        wish = find_wish(reference)
        if wish is None:
            raise Http404
        return view(request, operator, wish)

    return guarded


@require_GET
@never_cache
@operators_only
def identities(request: HttpRequest, operator: Operator) -> HttpResponse:
    """List the customers who want higher limits, those that wait first."""
    context = {"operator": operator, "wishes": list_wishes()}
    return render(request, "console/identities.html", context)


@require_GET
@never_cache
@operators_only
@of_wish
def identity(request: HttpRequest, operator: Operator, wish: IdentityRequest) -> HttpResponse:
    """Show who a customer says they are."""
    return _show(request, operator, wish)


@require_POST
@never_cache
@operators_only
@of_wish
def grant(request: HttpRequest, operator: Operator, wish: IdentityRequest) -> HttpResponse:
    """Raise a customer's limits."""
    form = GrantIdentityForm(request.POST, tier=wish.tier)
    if not form.is_valid():
        return _show(request, operator, wish, form=form, status=422)
    try:
        grant_wish(wish, by=operator, device=_name_device(request))
    except (OwnRequest, IdentityDecided) as refusal:
        wish.refresh_from_db()
        return _show(request, operator, wish, refusal=str(refusal), status=409)
    return redirect("console:identity", reference=wish.public_id)


@require_POST
@never_cache
@operators_only
@of_wish
def decline(request: HttpRequest, operator: Operator, wish: IdentityRequest) -> HttpResponse:
    """Decline higher limits, with a reason."""
    form = DeclineIdentityForm(request.POST)
    if not form.is_valid():
        return _show(request, operator, wish, form=form, status=422)
    reason = form.cleaned_data["reason"]
    try:
        decline_wish(wish, by=operator, device=_name_device(request), reason=reason)
    except (OwnRequest, IdentityDecided) as refusal:
        wish.refresh_from_db()
        return _show(request, operator, wish, refusal=str(refusal), status=409)
    return redirect("console:identity", reference=wish.public_id)


def _show(
    request: HttpRequest,
    operator: Operator,
    wish: IdentityRequest,
    *,
    form: PageForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    granting = GrantIdentityForm(tier=wish.tier)
    context = {
        "operator": operator,
        "wish": wish,
        "wallets": list_wallets(wish),
        "document": DOCUMENTS[DocumentKind(wish.document_kind)] if wish.document_kind else "",
        "granting": form if isinstance(form, GrantIdentityForm) else granting,
        "declining": form if isinstance(form, DeclineIdentityForm) else DeclineIdentityForm(),
        "refusal": refusal,
    }
    return render(request, "console/identity.html", context, status=status)


def _name_device(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "")
