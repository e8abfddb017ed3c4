"""Sums that differ by currency, as settings name them."""

import pytest

from foundation.sums import find_sum, read_sums


@pytest.mark.parametrize(
    ("text", "euros", "yen"),
    [
        ("", 7, 7),
        ("100", 100, 100),
        ("JPY=5000", 7, 5000),
        (" 100 , jpy=5000 ,", 100, 5000),
        ("EUR=1,JPY=2", 1, 2),
    ],
)
def test_a_currency_has_its_own_sum_or_that_of_all_others(text, euros, yen):
    sums = read_sums(text, others=7)

    assert (find_sum(sums, "EUR"), find_sum(sums, "JPY")) == (euros, yen)


@pytest.mark.parametrize("text", ["x", "EUR=", "EUR=-1", "1.5", "EUR=1=x"])
def test_what_is_no_sum_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011  an installation's own log is its reader
        read_sums(text)
