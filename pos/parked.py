"""Parked carts: put a sale aside, list those of a store, resume one at any of its tills.

A parked cart is a wish, no sale: at the till that resumes it the server works out its prices
anew, as of every sale.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext

from foundation.once import make_once
from ledger.money import format_money
from merchants.models import Store
from merchants.queries import find_last_midnight, read_clock
from pos.discounts import NewDiscount
from pos.errors import CartGone, CartTaken
from pos.lines import NewLine
from pos.models import ParkedCart, ParkedLine, ParkedOption
from pos.principals import Principal
from pos.topics import counter_topic
from relay.pages import tell_on_commit

_SHOWN_MAX = 50
_LINES = ParkedLine.objects.select_related("item").prefetch_related("chosen__option__group")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewParked:
    """A cart to put aside: its items' lines, each one's discount, and what is of the whole."""

    name: str
    lines: Sequence[NewLine]
    discounts: Sequence[NewDiscount | None]
    whole: NewDiscount | None
    typed_minor: int
    total_minor: int


def park_cart(till: Principal, new: NewParked, *, cart_id: UUID) -> ParkedCart:
    """Put a cart aside for any till of the store; the same id again returns the first one.

    Raises:
        FormReused: the id parked another cart before.
    """
    carts = ParkedCart.objects.filter(store=till.store)
    return make_once(
        carts,
        cart_id,
        make=lambda made_id: _park(till, new, cart_id=made_id),
        is_same=lambda cart: (cart.total_minor, cart.name) == (new.total_minor, new.name),
    )


def _park(till: Principal, new: NewParked, *, cart_id: UUID) -> ParkedCart:
    assert till.terminal is not None, "a cart is parked at a till"
    assert till.cashier is not None, "a cart is parked by somebody"
    cart = ParkedCart.objects.create(
        id=cart_id,
        store=till.store,
        terminal=till.terminal,
        cashier=till.cashier,
        name=new.name,
        typed_minor=new.typed_minor,
        total_minor=new.total_minor,
        **_write_discount(new.whole),
    )
    parked = ParkedLine.objects.bulk_create(
        ParkedLine(
            cart=cart,
            position=position,
            item=line.item,
            quantity=line.quantity,
            unit_price_minor=line.unit_price_minor,
            note=line.note,
            typed_minor=line.typed_minor,
            **_write_discount(discount),
        )
        for position, (line, discount) in enumerate(zip(new.lines, new.discounts, strict=True))
    )
    ParkedOption.objects.bulk_create(
        ParkedOption(line=kept, option=option)
        for kept, line in zip(parked, new.lines, strict=True)
        for option in line.options
    )
    _tell(till.store)
    return cart


def _write_discount(discount: NewDiscount | None) -> dict[str, int | str | None]:
    if discount is None:
        return {}
    return {
        "percent_bps": discount.percent_bps,
        "discount_minor": discount.amount_minor,
        "discount_reason": discount.reason,
    }


def list_parked(store: Store) -> list[ParkedCart]:
    """List the carts that wait in a store since its midnight, the newest first."""
    lines = Prefetch("lines", _LINES)
    waiting = _find_waiting(store).select_related("terminal", "cashier__user", "store")
    return list(waiting.prefetch_related(lines).order_by("-parked_at")[:_SHOWN_MAX])


def count_parked(store: Store) -> int:
    """Count the carts that wait in a store."""
    return _find_waiting(store).count()


def resume_cart(till: Principal, cart_id: UUID, *, key: UUID) -> ParkedCart:
    """Take a parked cart to this till; the same key again returns it again.

    One conditional UPDATE decides who takes it.

    Raises:
        CartTaken: somebody else has resumed it; says who.
        CartGone: it was removed, or its day is over.
    """
    assert till.cashier is not None, "a cart is resumed at a till"
    with transaction.atomic():
        taken = _find_waiting(till.store).filter(pk=cart_id)
        if taken.update(taken_at=Now(), taken_by=till.cashier, taken_key=key):
            _tell(till.store)
    carts = ParkedCart.objects.filter(store=till.store).select_related(
        "taken_by__user", "store"
    )
    lines = Prefetch("lines", _LINES)
    cart = carts.prefetch_related(lines).filter(pk=cart_id).first()
    if cart is None or cart.taken_by is None:
        raise CartGone
    if cart.taken_key != key:
        raise CartTaken(cart.taken_by.name)
    return cart


def remove_cart(till: Principal, cart_id: UUID) -> None:
    """Remove a parked cart; again changes nothing.

    Raises:
        CartGone: it was resumed meanwhile.
    """
    with transaction.atomic():
        if not _find_waiting(till.store).filter(pk=cart_id).update(removed_at=Now()):
            removed = ParkedCart.objects.filter(store=till.store, pk=cart_id)
            if not removed.filter(removed_at__isnull=False).exists():
                raise CartGone
        _tell(till.store)


def restore_cart(till: Principal, cart_id: UUID) -> None:
    """Take back that a parked cart was removed; again changes nothing.

    Raises:
        CartGone: there is no such cart, or it was resumed.
    """
    with transaction.atomic():
        mine = ParkedCart.objects.filter(store=till.store, pk=cart_id, taken_at=None)
        if not mine.update(removed_at=None):
            raise CartGone
        _tell(till.store)


def list_changes(cart: ParkedCart) -> list[str]:
    """List, in words, what has become of a parked cart's items since."""
    changes = []
    for line in cart.lines.all():
        price_minor = _find_price(line)
        facts = {"item": line.item.name, "price": format_money(price_minor, cart.currency)}
        if not line.item.is_active:
            words = gettext("%(item)s is not sold any more and was taken off.")
            changes.append(words % facts)
        elif line.item.is_out:
            changes.append(gettext("%(item)s is sold out.") % facts)
        elif price_minor != line.unit_price_minor:
            changes.append(gettext("%(item)s is now %(price)s.") % facts)
    return changes


def list_chosen(line: ParkedLine) -> list[str]:
    """List what was chosen of a parked line's item by reference, in the order of its groups."""
    chosen = [each.option for each in line.chosen.all()]
    chosen.sort(key=lambda option: (option.group_id, option.position))
    return [option.public_id for option in chosen]


def _find_price(line: ParkedLine) -> int:
    """Return what a parked line's piece costs by now: what was typed, if it may be."""
    least_minor, price_minor = line.item.least_price_minor, line.item.suggested_minor
    if least_minor is not None and line.typed_minor is not None:
        price_minor = max(line.typed_minor, least_minor)
    return price_minor + sum(each.option.price_minor for each in line.chosen.all())


def _find_waiting(store: Store) -> QuerySet[ParkedCart]:
    midnight = find_last_midnight(store.time_zone, now=read_clock())
    return ParkedCart.objects.filter(
        store=store, taken_at=None, removed_at=None, parked_at__gte=midnight
    )


def _tell(store: Store) -> None:
    tell_on_commit(counter_topic(store_id=store.id, terminal_id=None))
