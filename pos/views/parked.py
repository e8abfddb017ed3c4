"""The till's parked carts: a list of them, and what is done to one."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from rest_framework import serializers

from foundation.fields import PlainTextField, WholeNumberField
from foundation.once import FormReused
from ledger.money import AMOUNT_MINOR_MAX
from merchants.models import Store
from pos.access import Till, till_only
from pos.choice_errors import ChoicesUnfit, PriceFixed, PriceTooLow
from pos.discounts import NewDiscount, take_discounts
from pos.errors import (
    AmountTooLarge,
    CartGone,
    CartTaken,
    DiscountTooLarge,
    ItemSoldOut,
    ItemUnknown,
)
from pos.lines import NewLine, find_lines
from pos.models.parked import Discounted
from pos.parked import (
    NewParked,
    list_changes,
    list_chosen,
    list_parked,
    park_cart,
    remove_cart,
    restore_cart,
    resume_cart,
)
from pos.pricing import sum_lines
from pos.queries import read_items_version
from pos.serializers import DiscountSerializer, LineSerializer
from qr.references import encode_reference

_REFUSALS: dict[type[Exception], int] = {
    CartTaken: 409,
    CartGone: 404,
    FormReused: 409,
    ItemSoldOut: 409,
    ItemUnknown: 422,
    ChoicesUnfit: 422,
    PriceFixed: 422,
    PriceTooLow: 422,
    DiscountTooLarge: 422,
    AmountTooLarge: 422,
}


class _Sale(serializers.Serializer[Any]):
    """A cart as the till's page has it."""

    name = PlainTextField(required=False, allow_blank=True, max_length=40, default="")
    lines = serializers.ListField(child=LineSerializer(), max_length=200)
    typed = WholeNumberField(min_value=0, max_value=AMOUNT_MINOR_MAX)
    discount = DiscountSerializer(required=False)


@require_http_methods(["GET", "POST"])
@never_cache
@till_only
def parked(request: HttpRequest, till: Till) -> HttpResponse:
    """List the store's parked carts; park, resume, remove or restore one."""
    if till.cashier is None:
        return redirect("pos:unlock")
    if request.method == "GET":
        context = {"carts": list_parked(till.store), "currency": till.store.currency}
        return render(request, "pos/_parked.html", context)
    try:
        return JsonResponse(_act(till, request))
    except (ValueError, serializers.ValidationError) as refusal:
        return JsonResponse({"detail": str(refusal)}, status=400)
    except tuple(_REFUSALS) as refusal:
        return JsonResponse({"detail": str(refusal)}, status=_REFUSALS[type(refusal)])


def _act(till: Till, request: HttpRequest) -> dict[str, Any]:
    act = _ACTS.get(request.POST.get("do", ""))
    if act is None:
        raise ValueError("nothing that can be done to a parked cart")
    return act(till, UUID(request.POST.get("cart", "")), request)


def _park(till: Till, cart_id: UUID, request: HttpRequest) -> dict[str, Any]:
    asked = _Sale(data=json.loads(request.POST.get("sale", "")))
    asked.is_valid(raise_exception=True)
    sale = asked.validated_data
    wanted = [line for line in sale["lines"] if "item" in line]
    lines = find_lines(till.store, wanted)
    discounts = [_read_discount(line) for line in wanted]
    whole = _read_discount(sale)
    new = NewParked(
        name=sale["name"],
        lines=lines,
        discounts=discounts,
        whole=whole,
        typed_minor=sale["typed"],
        total_minor=_work_out(
            till.store, lines, discounts=discounts, whole=whole, typed_minor=sale["typed"]
        ),
    )
    park_cart(till, new, cart_id=cart_id)
    return {}


def _work_out(
    store: Store,
    lines: tuple[NewLine, ...],
    *,
    discounts: list[NewDiscount | None],
    whole: NewDiscount | None,
    typed_minor: int,
) -> int:
    typed = (NewLine(name="", unit_price_minor=typed_minor),) if typed_minor else ()
    taken, _ = take_discounts(
        [*lines, *typed], own=[*discounts, *(None for _ in typed)], whole=whole
    )
    total_minor = sum_lines(store, taken)
    if total_minor > AMOUNT_MINOR_MAX:
        raise AmountTooLarge
    return total_minor


def _read_discount(asked: Mapping[str, Any]) -> NewDiscount | None:
    return NewDiscount(**asked["discount"]) if "discount" in asked else None


def _resume(till: Till, cart_id: UUID, request: HttpRequest) -> dict[str, Any]:
    cart = resume_cart(till, cart_id, key=UUID(request.POST.get("key", "")))
    return {
        "lines": [
            {
                "item": encode_reference("it", line.item_id),
                "quantity": line.quantity,
                "price": line.typed_minor,
                "choices": list_chosen(line),
                "note": line.note,
                "discount": _show_discount(line),
            }
            for line in cart.lines.all()
        ],
        "typed": cart.typed_minor,
        "discount": _show_discount(cart),
        "changes": list_changes(cart),
        "items_version": read_items_version(till.store),
    }


def _show_discount(wish: Discounted) -> dict[str, Any] | None:
    if wish.percent_bps:
        return {"percent_bps": wish.percent_bps, "reason": wish.discount_reason}
    if wish.discount_minor:
        return {"amount_minor": wish.discount_minor, "reason": wish.discount_reason}
    return None


def _remove(till: Till, cart_id: UUID, _request: HttpRequest) -> dict[str, Any]:
    remove_cart(till, cart_id)
    return {}


def _restore(till: Till, cart_id: UUID, _request: HttpRequest) -> dict[str, Any]:
    restore_cart(till, cart_id)
    return {}


_ACTS: dict[str, Callable[[Till, UUID, HttpRequest], dict[str, Any]]] = {
    "park": _park,
    "resume": _resume,
    "remove": _remove,
    "restore": _restore,
}
