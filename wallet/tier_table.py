"""The table of what each tier allows; `migrate` fills it from the setting `WALLET_LIMITS`."""

from collections.abc import Mapping

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from iso4217 import Currency

from wallet.models import Tier, TierLimit

KINDS = ("balance", "paid_day", "paid_year", "paid_ever", "redeemed_day")
_ANY = "*"


def fill_tiers() -> None:
    """Write the limits of every tier and currency; runs as the tables' owner.

    Raises:
        ImproperlyConfigured: the setting names something else, or leaves something out.
    """
    rows = list_limits(settings.WALLET_LIMITS)
    with transaction.atomic():
        TierLimit.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["tier", "currency"],
            update_fields=[_name_column(kind) for kind in KINDS],
        )


def list_limits(wanted: object) -> list[TierLimit]:
    """Return the limits of every tier in every currency with minor units.

    Raises:
        ImproperlyConfigured: as `fill_tiers`.
    """
    by_currency = _read_mapping(wanted, "WALLET_LIMITS")
    currencies = {each.code for each in Currency if each.exponent is not None}
    unknown = by_currency.keys() - currencies - {_ANY}
    if unknown or _ANY not in by_currency:
        raise ImproperlyConfigured(f"WALLET_LIMITS: currencies and *, not {sorted(unknown)}")
    tiers = {
        currency: _read_tiers(by_currency.get(currency, by_currency[_ANY]), currency)
        for currency in sorted(currencies)
    }
    return [
        TierLimit(tier=tier, currency=currency, **limits)
        for currency, of_currency in tiers.items()
        for tier, limits in of_currency.items()
    ]


def _read_tiers(wanted: object, currency: str) -> dict[Tier, dict[str, int]]:
    place = f"WALLET_LIMITS, {currency}"
    found = _read_mapping(wanted, place)
    if found.keys() != set(Tier):
        raise ImproperlyConfigured(f"{place}: each of {', '.join(Tier)}")
    return {tier: _read_limits(found[tier], f"{place}, {tier}") for tier in Tier}


def _read_limits(wanted: object, place: str) -> dict[str, int]:
    found = _read_mapping(wanted, place)
    if not found.keys() <= set(KINDS):
        raise ImproperlyConfigured(f"{place}: only {', '.join(KINDS)}")
    limits: dict[str, int] = {}
    for kind, most in found.items():
        if type(most) is not int or most < 0:
            raise ImproperlyConfigured(f"{place}, {kind}: a whole number of minor units")
        limits[_name_column(kind)] = most
    return limits


def _name_column(kind: str) -> str:
    return f"{kind}_max_minor"


def _read_mapping(wanted: object, place: str) -> Mapping[str, object]:
    if not isinstance(wanted, dict):
        raise ImproperlyConfigured(f"{place}: an object of JSON")
    return wanted
