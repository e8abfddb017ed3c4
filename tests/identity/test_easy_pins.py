"""New PINs that anybody would try first are refused."""

import pytest

from identity.errors import PinTooEasy
from identity.pins import refuse_easy_pin


@pytest.mark.parametrize(
    "pin",
    [
        *("000000", "111222", "131313", "123456", "987654", "890123", "135791"),
        *("121212", "123123", "100000", "12345", "1234567", "12345a", ""),
    ],
)
def test_an_easy_pin_is_refused(pin):
    with pytest.raises(PinTooEasy):
        refuse_easy_pin(pin)


@pytest.mark.parametrize("pin", ["739104", "258140", "112358", "902816"])
def test_another_one_is_taken(pin):
    refuse_easy_pin(pin)
