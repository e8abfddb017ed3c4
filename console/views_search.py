"""The console's search, and the pages of people and sales to which it leads."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from console.access import operators_only
from console.models import Operator
from console.people import describe_person, describe_sale, find_person, find_sale
from console.search import search
from console.search_sql import NEWEST
from qr.references import encode_reference


@require_GET
@never_cache
@operators_only
def results(request: HttpRequest, operator: Operator) -> HttpResponse:
    """Search by one text, and show what was found by kind."""
    wanted, only = request.GET.get("q", "").strip(), request.GET.get("only", "")
    context = {
        "operator": operator,
        "wanted": wanted[:200],
        "only": only,
        "groups": search(wanted, only=only),
        "newest": NEWEST,
    }
    return render(request, "console/search.html", context)


@require_GET
@never_cache
@operators_only
def person(request: HttpRequest, operator: Operator, reference: str) -> HttpResponse:
    """Show a person: wallets, shops, sessions and orders."""
    found = find_person(reference)
    if found is None:
        raise Http404
    context = {
        "operator": operator,
        "person": found,
        "reference": encode_reference("us", found.id),
        **describe_person(found),
    }
    return render(request, "console/person.html", context)


@require_GET
@never_cache
@operators_only
def charge(request: HttpRequest, operator: Operator, reference: str) -> HttpResponse:
    """Show a sale: what happened, and where its money went."""
    found = find_sale(reference)
    if found is None:
        raise Http404
    context = {"operator": operator, "charge": found, **describe_sale(found)}
    return render(request, "console/charge.html", context)
