"""The smallest cash there is: what is paid in cash is rounded to it, the sale is not.

A currency's own rule, or a country's within a currency; of several, the latest counts. They are
from the notices of mints and central banks that end the smallest coins, and of the euro, from
the laws of countries that round what is paid in cash. Where a shop may choose, nothing is.
"""

from datetime import date

from merchants.models import Store
from merchants.queries import find_shop_day

# Of a currency, or of a currency in a country: since when, and the unit in minor units.
_UNITS: dict[str, tuple[tuple[date, int], ...]] = {
    "CHF": ((date(2007, 1, 1), 5),),
    "SEK": ((date(2010, 9, 30), 100),),
    "NOK": ((date(2012, 5, 1), 100),),
    "DKK": ((date(2008, 10, 1), 50),),
    "CZK": ((date(2008, 9, 1), 100),),
    "HUF": ((date(2008, 3, 1), 500),),
    "AUD": ((date(1992, 2, 1), 5),),
    "NZD": ((date(2006, 10, 31), 10),),
    "CAD": ((date(2013, 2, 4), 5),),
    "SGD": ((date(2002, 4, 1), 5),),
    "MYR": ((date(2008, 4, 1), 5),),
    "ILS": ((date(2008, 1, 1), 10),),
    "EUR FI": ((date(2002, 1, 1), 5),),
    "EUR IT": ((date(2018, 1, 1), 5),),
    "EUR BE": ((date(2019, 12, 1), 5),),
    "EUR SK": ((date(2022, 7, 1), 5),),
    "EUR EE": ((date(2025, 1, 1), 5),),
    "EUR LT": ((date(2025, 5, 1), 5),),
}
# Notes and coins, from the largest, in minor units; of other currencies a sum is typed.
_PIECES: dict[str, tuple[int, ...]] = {
    "EUR": (20000, 10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1),
    "CHF": (100000, 20000, 10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5),
    "GBP": (5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1),
    "USD": (10000, 5000, 2000, 1000, 500, 200, 100, 50, 25, 10, 5, 1),
    "SEK": (100000, 50000, 20000, 10000, 5000, 2000, 1000, 500, 200, 100),
    "NOK": (100000, 50000, 20000, 10000, 5000, 2000, 1000, 500, 100),
    "DKK": (50000, 20000, 10000, 5000, 2000, 1000, 500, 200, 100, 50),
    "JPY": (10000, 5000, 2000, 1000, 500, 100, 50, 10, 5, 1),
    "KWD": (20000, 10000, 5000, 1000, 500, 250, 100, 50, 20, 10, 5),
}


def find_unit(currency: str, *, country: str, day: date) -> int:
    """Return the unit to which cash is rounded there that day, in minor units; 1 for none."""
    rules = _UNITS.get(f"{currency} {country.upper()}") or _UNITS.get(currency, ())
    units = [unit for since, unit in rules if since <= day]
    return units[-1] if units else 1


def find_store_unit(store: Store) -> int:
    """Return the unit of a store's cash today, in minor units; 1 for none."""
    merchant = store.merchant
    day = find_shop_day(merchant.time_zone)
    return find_unit(store.currency, country=merchant.country, day=day)


def round_to(amount_minor: int, unit_minor: int) -> int:
    """Round to the nearest unit, half of one up."""
    return (2 * amount_minor + unit_minor) // (2 * unit_minor) * unit_minor


def round_cash(amount_minor: int, unit_minor: int) -> int:
    """Round a price to what is paid in cash: the nearest unit, but never nothing."""
    return max(round_to(amount_minor, unit_minor), unit_minor)


def list_pieces(currency: str) -> tuple[int, ...]:
    """List the notes and coins of a currency, the largest first; none where only sums count."""
    return _PIECES.get(currency, ())
