"""Whom an order pays, and what banks want to know of them."""

from dataclasses import dataclass

from banking.characters import write_plain
from banking.errors import AddressIncomplete, AddressUnwritable, NameUnwritable

NAME_MAX = 70
# The European Economic Area: between its banks a payee's address is not asked for.
_NEAR = (
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payee:
    """The owner of a bank account, and the address in the parts of ISO 20022."""

    name: str
    iban: str
    bic: str = ""
    street: str = ""
    building_number: str = ""
    postcode: str = ""
    town: str = ""
    country: str = ""

    @property
    def has_address(self) -> bool:
        """Return whether anything is known of where the payee is."""
        parts = (self.street, self.building_number, self.postcode, self.town, self.country)
        return any(parts)


def wants_address(iban: str) -> bool:
    """Return whether banks want an address for this account: it is outside the EEA."""
    return iban[:2] not in _NEAR.split()


def check_payee(payee: Payee) -> None:
    """Refuse a payee that a bank would refuse.

    Raises:
        AddressIncomplete: an address without town or country, or none where one is wanted.
        AddressUnwritable: a part of it is too long as it is sent.
        NameUnwritable: no letter of the name can be sent, or it is too long as it is sent.
    """
    is_complete = bool(payee.town and payee.country)
    if (payee.has_address or wants_address(payee.iban)) and not is_complete:
        raise AddressIncomplete
    for part, most in (
        (payee.street, NAME_MAX),
        (payee.building_number, 16),
        (payee.postcode, 16),
        (payee.town, 35),
    ):
        if len(write_plain(part).text) > most:
            raise AddressUnwritable
    check_name(payee.name)


def check_name(name: str) -> None:
    """Refuse a name that cannot be sent whole: names are never cut.

    Raises:
        NameUnwritable: no letter of it can be sent, or it is too long as it is sent.
    """
    written = write_plain(name)
    is_empty = not any(letter.isalnum() for letter in written.text)
    if is_empty or len(written.text) > NAME_MAX:
        raise NameUnwritable
