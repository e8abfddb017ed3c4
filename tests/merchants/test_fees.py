"""What a merchant pays for a charge."""

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import AMOUNT_MINOR_MAX

pytestmark = pytest.mark.django_db


def calculate_fee(amount_minor, mdr_bps, fixed_minor, least=0, most=None):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT merchants_calculate_fee(%s, %s, %s, %s::bigint, %s::bigint)",
            [amount_minor, mdr_bps, fixed_minor, least, most],
        )
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("amount_minor", "mdr_bps", "fixed_minor", "fee_minor"),
    [
        (480, 0, 0, 0),
        (480, 60, 0, 3),  # 2.88
        (83, 60, 0, 0),  # 0.498
        (84, 60, 0, 1),  # 0.504
        (250, 60, 0, 2),  # 1.5, to even
        (750, 60, 0, 4),  # 4.5, to even
        (1250, 60, 0, 8),  # 7.5, to even
        (3, 5_000, 0, 2),  # 1.5, to even
        (1, 5_000, 0, 0),  # 0.5, to even
        (250, 60, 25, 27),
        (10, 60, 25, 10),
        (1, 10_000, 0, 1),
        (1, 10_000, 5, 1),
        (AMOUNT_MINOR_MAX, 60, 0, 6_000_000_000),
        (AMOUNT_MINOR_MAX, 10_000, 0, AMOUNT_MINOR_MAX),
    ],
)
def test_a_fee_is_a_share_and_a_fixed_part(amount_minor, mdr_bps, fixed_minor, fee_minor):
    assert calculate_fee(amount_minor, mdr_bps, fixed_minor) == fee_minor


@given(
    st.integers(min_value=1, max_value=AMOUNT_MINOR_MAX),
    st.integers(min_value=0, max_value=10_000),
    st.integers(min_value=0, max_value=2**31 - 1),
)
def test_a_share_is_rounded_half_to_even_and_never_exceeds_its_amount(
    amount_minor, mdr_bps, fixed_minor
):
    exact = Decimal(amount_minor) * mdr_bps / 10_000
    share_minor = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))

    fee_minor = calculate_fee(amount_minor, mdr_bps, fixed_minor)

    assert fee_minor == min(share_minor + fixed_minor, amount_minor)


@pytest.mark.parametrize(
    ("amount_minor", "least", "most", "fee_minor"),
    [
        (480, 10, None, 10),
        (480, 0, 2, 2),
        (480, 3, 3, 3),
        (480, None, None, 3),
        (100_000, 10, 250, 250),
        (100_000, 10, 600, 600),
        # A most of nothing is a bound, and no sale costs more than itself.
        (100_000, 0, 0, 0),
        (7, 10, None, 7),
        (7, 10, 8, 7),
    ],
)
def test_a_fee_stays_within_its_bounds(amount_minor, least, most, fee_minor):
    assert calculate_fee(amount_minor, 60, 0, least, most) == fee_minor
