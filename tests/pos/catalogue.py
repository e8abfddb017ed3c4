"""Categories and lists of items for tests."""

import uuid

from merchants.models import Role
from pos.item_imports import send_import
from pos.models import Category, ItemImport, Option, OptionGroup
from tests import factories


def make_category(shop: factories.Shop, *, name: str = "Drinks", position: int = 1) -> Category:
    """Make a category of the shop's items."""
    return Category.objects.create(store=shop.store, name=name, position=position)


def make_group(shop: factories.Shop) -> OptionGroup:
    """Make a choice of size of an item of the shop's."""
    item = factories.make_item(shop, name=f"Mug of {shop.terminal.name}")
    group = OptionGroup.objects.create(item=item, name="Size", least=1, most=1)
    Option.objects.create(group=group, name="Large", price_minor=50, position=0)
    return group


def send_list(
    shop: factories.Shop, source: bytes = b"name,price\r\nTea,2.50\r\n"
) -> ItemImport:
    """Send a list of items, which no worker has checked yet."""
    return send_import(
        shop.store,
        factories.hire_person(shop, role=Role.OWNER),
        file_name="items.csv",
        source=source,
        language="en",
        import_id=uuid.uuid4(),
    )
