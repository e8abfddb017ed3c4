"""The mask chosen by whole codes is the one that is chosen module by module."""

import pytest
import qrcode
from hypothesis import example, given
from hypothesis import strategies as st

from qr.image import Level
from qr.masks import choose_mask

LINK = "http://localhost:9000/P/Zm9vYmFyYmF6cXV4cXV1eA"


def open_code(text, level):
    code = qrcode.QRCode(error_correction=level)
    code.add_data(text)
    code.best_fit()
    return code


@pytest.mark.parametrize("level", Level)
@given(text=st.text(st.characters(codec="ascii"), min_size=1, max_size=60))
@example(text=LINK)
@example(text="1")
def test_the_mask_is_the_library_s(level, text):
    mask = choose_mask(open_code(text, level))

    assert mask == open_code(text, level).best_mask_pattern()


def test_a_large_code_is_left_to_the_library():
    code = open_code("x" * 200, Level.M)

    assert code.version >= 7
    assert choose_mask(code) is None
