"""Time zones of countries."""

from functools import lru_cache
from zoneinfo import available_timezones

from babel.core import get_global

# Of countries with several zones, the one that is meant where nothing is said (CLDR).
_PRIMARY = {
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "MH": "Pacific/Majuro",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
}
# Countries without a zone of their own, and the one that they keep.
_SHARED = {"XK": ["Europe/Belgrade"]}


@lru_cache(maxsize=1)
def list_time_zones() -> list[str]:
    """List the time zones of places on earth, by name."""
    places = get_global("zone_territories")
    return sorted(name for name in available_timezones() if name in places)


def find_time_zone(country: str, *, wanted: str) -> str | None:
    """Return the wanted time zone if it is the country's, or the country's own if none is.

    None where it is another country's, or has to be chosen among several.
    """
    zones = _map_countries().get(country, [])
    if wanted:
        return wanted if wanted in zones else None
    return zones[0] if len(zones) == 1 else _PRIMARY.get(country)


@lru_cache(maxsize=1)
def _map_countries() -> dict[str, list[str]]:
    places = get_global("zone_territories")
    zones: dict[str, list[str]] = {}
    for name in list_time_zones():
        zones.setdefault(places[name], []).append(name)
    return _SHARED | zones
