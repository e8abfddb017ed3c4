"""Counter codes have short codes that nothing else has."""

import pytest

from pos import counter_codes
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_short_code_that_is_taken_is_drawn_again(shop, monkeypatch):
    charge, printed = factories.make_charge(shop), factories.print_code(shop)
    codes = iter([charge.short_code, printed.short_code, "7K4M92QY"])
    monkeypatch.setattr(counter_codes, "draw_short_code", lambda: next(codes))

    made = factories.print_code(shop)

    assert made.short_code == "7K4M92QY"
    assert str(made) == f"{shop.store.name}, Counter"
