"""What a merchant pays for a charge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import AMOUNT_MINOR_MAX
from merchants.fees import calculate_fee
from merchants.models import Merchant


@pytest.mark.parametrize(
    ("amount_minor", "mdr_bps", "fixed_minor", "fee_minor"),
    [
        (480, 0, 0, 0),
        (480, 60, 0, 3),
        (250, 60, 0, 2),
        (750, 60, 0, 4),
        (250, 60, 25, 27),
        (10, 60, 25, 10),
        (1, 10_000, 0, 1),
        (1, 10_000, 5, 1),
    ],
)
def test_a_fee_is_a_share_and_a_fixed_part(amount_minor, mdr_bps, fixed_minor, fee_minor):
    merchant = Merchant(mdr_bps=mdr_bps, fee_fixed_minor=fixed_minor)

    assert calculate_fee(merchant, amount_minor=amount_minor) == fee_minor


@given(
    st.integers(min_value=1, max_value=AMOUNT_MINOR_MAX),
    st.integers(min_value=0, max_value=10_000),
    st.integers(min_value=0, max_value=2**31),
)
def test_a_fee_never_exceeds_its_amount(amount_minor, mdr_bps, fixed_minor):
    merchant = Merchant(mdr_bps=mdr_bps, fee_fixed_minor=fixed_minor)

    assert 0 <= calculate_fee(merchant, amount_minor=amount_minor) <= amount_minor
