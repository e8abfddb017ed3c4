"""The fee that a merchant pays, in words and examples; SQL works it out, for sales too."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from ledger.money import find_exponent
from merchants.models import Merchant

# What a page shows an example of, in whole units of the currency.
_EXAMPLES = (2, 10, 50)
_CALCULATE = """
    SELECT amount, merchants_calculate_fee(amount, %(bps)s, %(fixed)s)
      FROM unnest(%(amounts)s::bigint[]) amount
"""


@dataclass(frozen=True, slots=True)
class FeeExample:
    """A sale, its fee, and what the merchant gets of it."""

    amount_minor: int
    fee_minor: int
    currency: str

    @property
    def rest_minor(self) -> int:
        """Return what is left of the sale."""
        return self.amount_minor - self.fee_minor


def list_fee_examples(merchant: Merchant, currency: str) -> list[FeeExample]:
    """List examples of sales with the merchant's fee, by the function that charges it."""
    unit = 10 ** find_exponent(currency)
    # Where a unit is the smallest amount, a coffee costs hundreds of it.
    scale = unit if unit > 1 else 100
    facts: dict[str, Any] = {
        "bps": merchant.mdr_bps,
        "fixed": merchant.fee_fixed_minor,
        "amounts": [each * scale for each in _EXAMPLES],
    }
    with connection.cursor() as cursor:
        cursor.execute(_CALCULATE, facts)
        return [FeeExample(amount, fee, currency) for amount, fee in cursor.fetchall()]
