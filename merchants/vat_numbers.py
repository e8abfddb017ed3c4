"""VAT numbers, held against the rules and check digits of their country (python-stdnum)."""

import re

from stdnum import get_cc_module
from stdnum.exceptions import ValidationError

from merchants.errors import VatNumberUnreadable

_ANY = re.compile(r"[A-Z0-9]{4,20}")


def read_vat_number(text: str, country: str) -> str:
    """Return a VAT number as its country writes it, without blanks and with its prefix.

    Where no rule is known, any code of letters and digits is taken.

    Raises:
        VatNumberUnreadable: the country's rules or check digits refuse it.
    """
    rules = get_cc_module(country, "vat")
    if rules is None:
        plain = re.sub(r"[\s.-]", "", text).upper()
        if not _ANY.fullmatch(plain):
            raise VatNumberUnreadable
        return plain
    try:
        number = str(rules.validate(text))
    except ValidationError:
        raise VatNumberUnreadable from None
    prefix = "EL" if country == "GR" else country
    return number if number.startswith(prefix) else f"{prefix}{number}"
