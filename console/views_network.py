"""The console's page of a limited network's twelve months, by country."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from console.access import operators_only
from console.models import Operator
from console.network_file import write_network_csv
from console.network_values import (
    CURRENCY,
    LIMIT_MINOR,
    WARNS_AT_PERCENT,
    count_values,
    find_last_count,
    is_limited_network,
    list_countries_of,
)
from merchants.addresses import list_countries


@require_http_methods(["GET", "POST"])
@never_cache
@operators_only
def network(request: HttpRequest, operator: Operator) -> HttpResponse:
    """Show what was paid in each country in twelve months; on POST count it now."""
    if request.method == "POST":
        count_values()
        return redirect("console:network")
    count, names = find_last_count(), dict(list_countries(get_language() or "en"))
    countries = list_countries_of(count) if count else []
    context = {
        "operator": operator,
        "is_limited_network": is_limited_network(),
        "count": count,
        "countries": [
            (names.get(each.country, each.country), each, sorted(each.others.items()))
            for each in countries
        ],
        "currency": CURRENCY,
        "limit_minor": LIMIT_MINOR,
        "percent": WARNS_AT_PERCENT,
        "months": count.values.order_by("-month", "country", "currency") if count else [],
    }
    return render(request, "console/network.html", context)


@require_GET
@never_cache
@operators_only
def network_csv(request: HttpRequest, operator: Operator) -> HttpResponse:
    """Download the newest count."""
    count = find_last_count()
    if count is None:
        raise Http404
    name = f"limited-network-{count.until:%Y-%m-%d}.csv"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(
        write_network_csv(count), content_type="text/csv; charset=utf-8", headers=disposition
    )
