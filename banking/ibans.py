"""Account numbers as people type them, and whether euro payments reach them."""

from dataclasses import dataclass

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from banking.errors import IbanOutOfReach, IbanRefused

_EURO = "EUR"
_TYPED_MAX = 60
# In SEPA, as of 2026-11-01 (EPC 409-09), which schwifty 2026.10 does not know yet: Albania,
# Moldova, Montenegro, North Macedonia, Serbia.
_LATELY_IN_SEPA = frozenset({"AL", "MD", "ME", "MK", "RS"})


@dataclass(frozen=True, slots=True)
class ReadIban:
    """An account number, and the bank that it names, as far as that is known."""

    iban: str
    bic: str
    bank_name: str

    @property
    def grouped(self) -> str:
        """Return the number in groups of four, as people read it."""
        return group_iban(self.iban)


def read_iban(text: str, *, currency: str) -> ReadIban:
    """Read a typed IBAN, with or without blanks.

    Raises:
        IbanRefused: it is none.
        IbanOutOfReach: payments in this currency do not go there.
    """
    try:
        iban = IBAN("".join(text[:_TYPED_MAX].split()).upper())
    except SchwiftyException:
        raise IbanRefused from None
    is_in_sepa = iban.in_sepa_zone or iban.country_code in _LATELY_IN_SEPA
    if currency == _EURO and not is_in_sepa:
        raise IbanOutOfReach(iban.country_code)
    return ReadIban(iban.compact, str(iban.bic or ""), (iban.bank_name or "")[:140])


def group_iban(iban: str) -> str:
    """Write an account number in groups of four."""
    return " ".join(iban[place : place + 4] for place in range(0, len(iban), 4))


def mask_iban(iban: str) -> str:
    """Write an account number so that its owner knows it and nobody else learns it."""
    return f"{iban[:4]} … {iban[-4:]}"
