"""What can be chosen of an item: groups of options are added, changed and removed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from foundation.once import make_once
from merchants.models import Store
from pos.models import Item, Option, OptionGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionFacts:
    """What is typed about an option; `reference` is of the one it was, empty for a new one."""

    reference: str = ""
    name: str
    price_minor: int = 0
    is_default: bool = False
    is_sold_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFacts:
    """What is typed about a group, with its options in their order."""

    name: str
    least: int
    most: int
    options: Sequence[OptionFacts]


def list_groups(item: Item) -> list[OptionGroup]:
    """List what can be chosen of an item, with the options."""
    return list(item.groups.prefetch_related("options"))


def add_group(item: Item, facts: GroupFacts, *, group_id: UUID) -> OptionGroup:
    """Add a group behind the others; the same form sent again returns it.

    Raises:
        FormReused: the form added another group before.
    """

    def make(made_id: UUID) -> OptionGroup:
        group = OptionGroup.objects.create(
            id=made_id, item=item, name=facts.name, least=facts.least, most=facts.most
        )
        _write_options(group, facts.options)
        return group

    return make_once(
        OptionGroup.objects.filter(item=item),
        group_id,
        make=make,
        is_same=lambda group: group.name == facts.name,
    )


@transaction.atomic
def change_group(group: OptionGroup, facts: GroupFacts) -> None:
    """Change a group and its options; sales that were made keep what was chosen."""
    # Two who change it at once wait for each other.
    OptionGroup.objects.filter(pk=group.pk).update(
        name=facts.name, least=facts.least, most=facts.most
    )
    _write_options(group, facts.options)


def remove_group(group: OptionGroup) -> None:
    """Remove a group with its options; again changes nothing."""
    OptionGroup.objects.filter(pk=group.pk).delete()


def find_group(group_id: UUID, stores: QuerySet[Store]) -> OptionGroup | None:
    """Find a group of an item of these stores."""
    found = OptionGroup.objects.filter(pk=group_id, item__store__in=stores)
    return found.select_related("item__store__merchant").first()


def _write_options(group: OptionGroup, facts: Sequence[OptionFacts]) -> None:
    known = {each.public_id: each for each in group.options.all()}
    named = {each.name: each.public_id for each in known.values()}
    for position, each in enumerate(facts):
        option = known.pop(each.reference or named.get(each.name, ""), None)
        columns = {
            "name": each.name,
            "price_minor": each.price_minor,
            "is_default": each.is_default,
            "is_sold_out": each.is_sold_out,
            "position": position,
        }
        if option is None:
            Option.objects.create(group=group, **columns)
        else:
            Option.objects.filter(pk=option.pk).update(**columns)
    Option.objects.filter(pk__in=[each.pk for each in known.values()]).delete()
