"""Addresses in the parts that banks ask for, and the lines in which people write them."""

from dataclasses import dataclass
from functools import lru_cache

from babel.core import Locale

# Codes of two letters with blanks between: a code is in the text where the country is meant.
# Where people write the number before the street.
_NUMBER_FIRST = "AU CA FR GB GG HK IE IM IN JE LU MC MT MY NZ PH SG US ZA"
WITHOUT_POSTCODE = (
    "AE AG AO AW BF BI BJ BO BQ BS BW BZ CD CF CG CI CK CM CW DJ DM ER FJ GA GD GM GQ GY HK JM"
    " KI KM KN LY ML MO MR MW NR NU QA RW SB SC SL SR ST SX SY TD TF TG TK TL TO TV UG VU YE ZW"
)
# Groups of countries, codes for tests, parts of countries that banks know by the country's own
# code, and islands where nobody lives.
_NO_COUNTRIES = "EU EZ QO UN XA XB ZZ AC BV CP CQ DG EA HM IC TA"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address in the parts of ISO 20022."""

    street: str
    building_number: str
    postcode: str
    town: str
    country: str

    @property
    def street_line(self) -> str:
        """Return street and number in the country's order: `12 Quay Street`, `Am Kai 12`."""
        parts = [self.street, self.building_number]
        if self.country in _NUMBER_FIRST:
            parts.reverse()
        return " ".join(filter(None, parts))


@lru_cache(maxsize=16)
def list_countries(language: str) -> list[tuple[str, str]]:
    """List the countries as code and name in this language, by name."""
    names = Locale.parse(language, sep="-").territories
    return sorted(
        (
            (code, name)
            for code, name in names.items()
            if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
        ),
        key=lambda country: country[1],
    )
