"""The fee a merchant pays for a charge."""

from ledger.money import calculate_bps
from merchants.models import Merchant


def calculate_fee(merchant: Merchant, *, amount_minor: int) -> int:
    """Return a charge's fee in minor units: `mdr_bps` of it, half to even, plus the fixed part.

    It is never more than the amount itself.
    """
    fee_minor = calculate_bps(amount_minor, merchant.mdr_bps) + merchant.fee_fixed_minor
    return min(fee_minor, amount_minor)
