"""The dashboard's page of a store's VAT and tips."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from merchants.access import Staff, managers_only, of_store, staff_only
from merchants.forms_prices import PricesForm
from merchants.models import Store
from merchants.stores import change_prices


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only
@managers_only
@of_store
def prices(request: HttpRequest, staff: Staff, store: Store) -> HttpResponse:
    """Show how a store's prices are told and whether it asks for tips, and change it."""
    form, status = PricesForm.of(store), 200
    if request.method == "POST":
        form = PricesForm(request.POST, store=store)
        if form.is_valid():
            change_prices(store, form.read_rules())
            answer = redirect("merchants:store_prices", store.public_id)
            answer["Location"] += "?saved=1"
            return answer
        status = 422
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "store": store,
        "form": form,
        "saved": "saved" in request.GET and status == 200,
    }
    return render(request, "merchants/store_prices.html", context, status=status)
