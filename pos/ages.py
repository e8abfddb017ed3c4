"""Items that are for people of an age: asked once a sale, by whoever sells."""

from collections.abc import Sequence

from pos.errors import AgeUnconfirmed
from pos.lines import NewLine


def check_ages(lines: Sequence[NewLine], *, confirmed: int) -> None:
    """Refuse a sale of what is for older people than somebody confirmed.

    Raises:
        AgeUnconfirmed: names the item of the highest age.
    """
    oldest = max(
        (line.item for line in lines if line.item is not None),
        key=lambda item: item.min_age,
        default=None,
    )
    if oldest is not None and oldest.min_age > confirmed:
        raise AgeUnconfirmed(oldest.name, oldest.min_age)
