"""Stores as their owner keeps them: where they are, and when they are open."""

from dataclasses import asdict, dataclass
from datetime import time
from uuid import UUID

from django.db import transaction

from foundation.once import make_once
from merchants.addresses import Address
from merchants.models import Merchant, Store, StoreAddress, StoreDay, VatMode
from merchants.onboarding import open_store

Hours = tuple[time, time]
WEEK = range(7)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRules:
    """How a store's prices are told, and its tips; shares are in basis points."""

    vat_mode: VatMode
    vat_default_bps: int | None
    asks_tips: bool
    tip_low_bps: int
    tip_middle_bps: int
    tip_high_bps: int
    tip_max_bps: int


def add_store(
    merchant: Merchant, *, store_id: UUID, name: str, currency: str, address: Address
) -> Store:
    """Open a store at an address; the same form sent again returns the store.

    Raises:
        FormReused: the form opened another store before.
    """

    def make(made_id: UUID) -> Store:
        store = open_store(merchant, name=name, currency=currency, store_id=made_id)
        _write_address(store, address)
        return store

    return make_once(
        Store.objects.filter(merchant=merchant),
        store_id,
        make=make,
        is_same=lambda store: (store.name, store.currency) == (name, currency),
    )


@transaction.atomic
def change_store(store: Store, *, name: str, address: Address) -> None:
    """Rename a store and move it to an address; printed codes keep the name they have."""
    store.name = name
    store.save(update_fields=["name"])
    _write_address(store, address)


def change_prices(store: Store, rules: PriceRules) -> None:
    """Change how the next sales are priced; those that were made stay as they are."""
    Store.objects.filter(pk=store.pk).update(**asdict(rules))


def read_address(store: Store) -> Address:
    """Return the store's address; as far as it is known, if it was never given in parts."""
    known = StoreAddress.objects.filter(store=store).first()
    if known is None:
        return Address(
            street=store.street,
            building_number="",
            postcode="",
            town=store.city,
            country=store.merchant.country,
        )
    return Address(
        street=known.street,
        building_number=known.building_number,
        postcode=known.postcode,
        town=known.town,
        country=known.country,
    )


@transaction.atomic
def write_hours(store: Store, hours: dict[int, Hours | None]) -> None:
    """Write when the store is open, for each day of the week; None is closed all day."""
    for weekday in WEEK:
        opens_at, closes_at = hours.get(weekday) or (None, None)
        StoreDay.objects.update_or_create(
            store=store,
            weekday=weekday,
            defaults={"opens_at": opens_at, "closes_at": closes_at},
        )


def read_hours(store: Store) -> dict[int, Hours | None]:
    """Return the store's hours by the day of the week; empty if they were never given."""
    days = StoreDay.objects.filter(store=store).order_by("weekday")
    return {
        day.weekday: (day.opens_at, day.closes_at)
        if day.opens_at is not None and day.closes_at is not None
        else None
        for day in days
    }


def _write_address(store: Store, address: Address) -> None:
    StoreAddress.objects.update_or_create(store=store, defaults=asdict(address))
    store.street, store.city = address.street_line, address.town
    store.save(update_fields=["street", "city"])
