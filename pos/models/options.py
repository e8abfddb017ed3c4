"""What can be chosen of an item: groups of options, each with a price added to the item's."""

from uuid import UUID

import uuid6
from django.db import models

from pos.models.terminals import Item
from qr.references import encode_reference


class OptionGroup(models.Model):
    """A question about a piece of an item, such as its size, with its answers."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    item = models.ForeignKey(Item, models.CASCADE, related_name="groups")
    name = models.CharField(max_length=40)
    # How many of its options a piece has.
    least = models.PositiveSmallIntegerField()
    most = models.PositiveSmallIntegerField()

    item_id: UUID

    class Meta:
        # In the order in which they were added.
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(most__gte=1, least__lte=models.F("most")),
                name="pos_option_group_least_to_most",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        """Return the public reference, `og_…`."""
        return encode_reference("og", self.id)


class Option(models.Model):
    """One answer; what it adds to the price may be nothing, or less than nothing."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    group = models.ForeignKey(OptionGroup, models.CASCADE, related_name="options")
    name = models.CharField(max_length=40)
    price_minor = models.BigIntegerField(default=0)
    # A piece has it unless somebody chooses otherwise.
    is_default = models.BooleanField(default=False)
    is_sold_out = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField()

    group_id: UUID

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        """Return the public reference, `op_…`."""
        return encode_reference("op", self.id)
