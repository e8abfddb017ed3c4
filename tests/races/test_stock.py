"""The last pieces of an item, wanted at several tills: as many are sold as there are."""

from collections import Counter
from functools import partial

import pytest
from django.db.models import Sum
from uuid6 import uuid7

from merchants.models import Role
from pos.charges import cancel_charge
from pos.errors import ItemSoldOut
from pos.models import Charge, Item, StockMove
from pos.stock import count_stock
from tests import factories

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]


def count(shop, name, left):
    item = factories.make_item(shop, name=name)
    staff = factories.hire_person(shop, role=Role.OWNER)
    count_stock(item, left=left, staff=staff, move_id=uuid7())
    item.refresh_from_db()
    return item


def assert_adds_up(item):
    item.refresh_from_db()
    moved = StockMove.objects.filter(item=item).aggregate(sum=Sum("quantity"))["sum"]
    assert (item.stock, moved) == (0, 0)


def test_of_twenty_tills_one_sells_the_last_piece(crowd):
    shop = factories.open_shop()

    for number in range(5):
        cake = count(shop, f"Cake {number}", 1)
        answers = crowd.act(
            [partial(factories.open_items, shop, [(cake, 1)]) for _ in range(20)],
            refusals=(ItemSoldOut,),
        )

        assert Counter(map(type, answers)) == {Charge: 1, ItemSoldOut: 19}
        told = {str(answer) for answer in answers if isinstance(answer, ItemSoldOut)}
        assert told == {f"{cake.name} is sold out."}
        assert_adds_up(cake)


def test_sales_of_the_same_two_items_in_either_order_never_sell_more(crowd):
    shop = factories.open_shop()
    cake, tea = count(shop, "Cake", 10), count(shop, "Tea", 10)
    orders = ([(cake, 1), (tea, 1)], [(tea, 1), (cake, 1)])

    answers = crowd.act(
        [partial(factories.open_items, shop, orders[number % 2]) for number in range(20)],
        refusals=(ItemSoldOut,),
    )

    assert Counter(map(type, answers)) == {Charge: 10, ItemSoldOut: 10}
    assert_adds_up(cake)
    assert_adds_up(tea)


def test_a_sale_that_is_canceled_twice_at_once_returns_its_pieces_once(crowd):
    shop = factories.open_shop()
    cake = count(shop, "Cake", 4)
    charge = factories.open_items(shop, [(cake, 4)])

    crowd.act([partial(cancel_charge, charge.id, principal=shop.till) for _ in range(10)])

    assert Item.objects.get(pk=cake.pk).stock == 4
    assert StockMove.objects.filter(charge=charge).count() == 2
