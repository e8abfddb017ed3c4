"""The VAT rates that are usual in a country, to choose from: what applies, the shop must know.

From the European Commission's database of taxes (TEDB) and the tax authorities' own pages:
HMRC, the Swiss FTA, Skatteetaten, Japan's NTA, and those of Australia, New Zealand, Singapore,
South Africa and the Gulf. In basis points, the standard rate first.
"""

from datetime import date

AS_OF = date(2025, 7, 1)
_RATES = {
    "AE": (500, 0),
    "AT": (2000, 1300, 1000),
    "AU": (1000, 0),
    "BE": (2100, 1200, 600),
    "BG": (2000, 900),
    "BH": (1000, 0),
    "CH": (810, 380, 260),
    "CY": (1900, 900, 500),
    "CZ": (2100, 1200),
    "DE": (1900, 700),
    "DK": (2500,),
    "EE": (2400, 1300, 900),
    "ES": (2100, 1000, 400),
    "FI": (2550, 1400, 1000),
    "FR": (2000, 1000, 550, 210),
    "GB": (2000, 500, 0),
    "GR": (2400, 1300, 600),
    "HR": (2500, 1300, 500),
    "HU": (2700, 1800, 500),
    "IE": (2300, 1350, 900, 480, 0),
    "IT": (2200, 1000, 500, 400),
    "JP": (1000, 800),
    "LT": (2100, 900, 500),
    "LU": (1700, 1400, 800, 300),
    "LV": (2100, 1200, 500),
    "MT": (1800, 1200, 700, 500),
    "NL": (2100, 900),
    "NO": (2500, 1500, 1200),
    "NZ": (1500, 0),
    "OM": (500, 0),
    "PL": (2300, 800, 500),
    "PT": (2300, 1300, 600),
    "SA": (1500, 0),
    "SE": (2500, 1200, 600),
    "SG": (900, 0),
    "SI": (2200, 950, 500),
    "SK": (2300, 1900, 500),
    "ZA": (1500, 0),
}


def list_usual_rates(country: str) -> tuple[int, ...]:
    """Return a country's usual rates in basis points; empty where they are not known here."""
    return _RATES.get(country, ())
