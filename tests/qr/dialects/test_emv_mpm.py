"""A merchant-presented code of no known scheme."""

from qr.dialects.emv_mpm import DIALECT
from tests.qr.payloads import EXAMPLE, ask, change


def test_any_merchant_presented_code_is_recognised():
    assert DIALECT.recognize(change())
    assert not DIALECT.recognize("BCD\n002")


def test_the_example_of_the_standard_asks_for_its_amount():
    request = ask(DIALECT, EXAMPLE)

    assert DIALECT.decode(EXAMPLE).is_payable
    assert (request.amount_minor, request.currency) == (2372, "CNY")
