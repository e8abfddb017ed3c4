"""VAT by document: the authorities' rules and figures, discounts, several rates, refunds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merchants.models import Store
from pos.vat import (
    Vat,
    add_vat,
    find_rate,
    list_added_vat,
    share_refund,
    subtract_vat,
    sum_vat,
    take_out_vat,
)

# Gross, rate in basis points, VAT. Minor units have 2 decimals, unless said otherwise.
WITHIN = {
    "HMRC Notice 700, 2.7: the VAT fraction of 20 % is 1/6": (12000, 2000, 2000),
    "HMRC VATREC12030: less than half a penny is rounded down": (2, 2000, 0),
    "HMRC VATREC12030: half a penny is rounded up": (3, 2000, 1),
    "HMRC Notice 700, 2.7: the VAT fraction of 5 % is 1/21": (2100, 500, 100),
    "Irish Revenue: 23/123 of a price with VAT": (12300, 2300, 2300),
    "Irish Revenue: 13.5/113.5": (11350, 1350, 1350),
    "UStDV 35, UStAE 15.4: 19/119 of a small invoice": (11900, 1900, 1900),
    "UStAE 15.4: 7/107": (10700, 700, 700),
    "Swiss FTA, MWST-Info 07: 8.1/108.1": (10810, 810, 810),
    "Swiss FTA, MWST-Info 07: 2.6/102.6": (10260, 260, 260),
    "Japan, 0 decimals: 10/110 of JPY 1,080 is 98.18": (1080, 1000, 98),
    "Bahrain, NBR, 3 decimals: 10/110 of BHD 5.500": (5500, 1000, 500),
    "Oman, OTA, 3 decimals: 5/105 of OMR 1.005 is 47.857": (1005, 500, 48),
    "a rate of nothing": (100, 0, 0),
    "what is given back, as what was taken": (-3, 2000, -1),
}
# Net, rate, VAT on top.
ON_TOP = {
    "HMRC VATREC12030, Notice 700 17.5: 86.8p is rounded up": (434, 2000, 87),
    "BMF (bills to the pfennig): 5.874 is 5.87": (9790, 600, 587),
    "BMF (bills to the pfennig): 5.876 is 5.88": (14690, 400, 588),
    "NTA, Q&A on invoices: 27,060 at 8 % is 2,164.8": (27060, 800, 2165),
    "NTA, Q&A on invoices: 28,158 at 10 % is 2,815.8": (28158, 1000, 2816),
    "Bahrain, 3 decimals: 10 % of BHD 1.235 is 0.1235": (1235, 1000, 124),
}


@pytest.mark.parametrize(("gross", "rate", "vat"), WITHIN.values(), ids=WITHIN)
def test_vat_within_a_price(gross, rate, vat):
    assert take_out_vat(gross, rate) == vat


@pytest.mark.parametrize(("net", "rate", "vat"), ON_TOP.values(), ids=ON_TOP)
def test_vat_on_top_of_a_price(net, rate, vat):
    assert add_vat(net, rate) == vat


def test_vat_is_rounded_once_for_each_rate_of_a_document():
    # NTA, Q&A on invoices: tomatoes and peppers at 8 %, flowers and manure at 10 %.
    prices = [(13861, 800), (13199, 800), (4389, 1000), (23769, 1000), (500, None)]

    added = list_added_vat(prices)

    assert added == [1109, 1056, 439, 2377, 0]
    assert (sum(added[:2]), sum(added[2:])) == (2165, 2816)
    # Three lines of 3 cents at 20 % bear 0.6 cents each, and 1.8 together.
    assert list_added_vat([(3, 2000)] * 3) == [1, 1, 0]


@pytest.mark.parametrize(
    ("mode", "default", "own", "rate"),
    [
        ("included", None, None, None),
        ("included", 2300, None, 2300),
        ("excluded", 2300, 0, 0),
        ("none", 2300, 900, None),
    ],
)
def test_an_items_own_rate_comes_before_the_stores(mode, default, own, rate):
    assert find_rate(Store(vat_mode=mode, vat_default_bps=default), own) == rate


@given(
    st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 3000)), min_size=1, max_size=4),
    st.integers(0, 10**6),
    st.data(),
)
def test_all_refunds_of_a_sale_add_up_to_its_own_table(sold, unrated, data):
    sale = [
        Vat(place, gross, take_out_vat(gross, rate)) for place, (gross, rate) in enumerate(sold)
    ]
    left_minor = sum(row.gross_minor for row in sale) + unrated
    left, tables = list(sale), []

    while left_minor:
        goods_minor = data.draw(st.integers(1, left_minor))
        table = share_refund(goods_minor, left, goods_left_minor=left_minor)
        tables.append(table)
        assert sum(row.gross_minor for row in table) <= goods_minor
        assert all(0 <= row.vat_minor <= row.gross_minor for row in table)
        left, left_minor = subtract_vat(left, table), left_minor - goods_minor
        assert all(row.vat_minor >= 0 and row.net_minor >= 0 for row in left)

    assert sum_vat(tables) == sale


def test_a_refund_is_shared_by_what_is_left_of_each_rate():
    sale = [Vat(900, 1000, 83), Vat(2300, 1000, 187)]

    first = share_refund(1000, sale, goods_left_minor=2000)
    rest = share_refund(1000, subtract_vat(sale, first), goods_left_minor=1000)

    assert first == [Vat(900, 500, 42), Vat(2300, 500, 94)]
    assert rest == [Vat(900, 500, 41), Vat(2300, 500, 93)]
