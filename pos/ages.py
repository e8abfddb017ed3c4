"""Items that are for people of an age: asked once a sale, by whoever sells."""

from collections.abc import Sequence

from pos.errors import AgeUnconfirmed
from pos.models import Item


def check_ages(lines: Sequence[tuple[Item, int]], *, confirmed: int) -> None:
    """Refuse a sale of what is for older people than somebody confirmed.

    Raises:
        AgeUnconfirmed: names the item of the highest age.
    """
    oldest = max((item for item, _ in lines), key=lambda item: item.min_age, default=None)
    if oldest is not None and oldest.min_age > confirmed:
        raise AgeUnconfirmed(oldest.name, oldest.min_age)
