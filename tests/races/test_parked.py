"""Twenty tills that resume one parked cart: one has it, the others read who."""

from collections import Counter
from functools import partial
from uuid import uuid4

import pytest

from pos.errors import CartTaken
from pos.lines import line_of_item
from pos.models import ParkedCart
from pos.parked import NewParked, park_cart, resume_cart
from pos.principals import act_at_till
from pos.terminals import add_terminal
from tests import factories

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]


def test_of_twenty_tills_one_resumes_a_parked_cart(crowd):
    shop = factories.open_shop()
    cashier = factories.add_cashier(shop)
    tills = [
        act_at_till(add_terminal(shop.store, name=f"Till {number}"), cashier)
        for number in range(20)
    ]
    line = line_of_item(factories.make_item(shop))

    for _ in range(5):
        new = NewParked(
            name="",
            lines=[line],
            discounts=[None],
            whole=None,
            typed_minor=0,
            total_minor=line.total_minor,
        )
        cart = park_cart(tills[0], new, cart_id=uuid4())
        answers = crowd.act(
            [partial(resume_cart, till, cart.id, key=uuid4()) for till in tills],
            refusals=(CartTaken,),
        )

        assert Counter(map(type, answers)) == {ParkedCart: 1, CartTaken: 19}
