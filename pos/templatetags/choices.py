"""What can be chosen of an item, for the till's page."""

import json

from django import template

from pos.models import Item

register = template.Library()


@register.filter
def write_groups(item: Item) -> str:
    """Write an item's groups and options as JSON, which the till's page reads."""
    return json.dumps(
        [
            {
                "name": group.name,
                "least": group.least,
                "most": group.most,
                "options": [
                    {
                        "id": option.public_id,
                        "name": option.name,
                        "price": option.price_minor,
                        "isDefault": option.is_default and not option.is_sold_out,
                        "isOut": option.is_sold_out,
                    }
                    for option in group.options.all()
                ],
            }
            for group in item.groups.all()
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )
