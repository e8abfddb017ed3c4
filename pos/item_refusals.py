"""Why a wish about items is refused in the dashboard; the API has none of these."""

from django.utils.translation import gettext, ngettext


class NumberTaken(Exception):
    """Another item of the store has this number."""

    def __init__(self, name: str) -> None:
        words = gettext("%(item)s has this number. A number stands for one item.")
        super().__init__(words % {"item": name})


class CategoryNameTaken(Exception):
    """The store has another category of this name."""

    def __init__(self) -> None:
        super().__init__(gettext("Another category has this name. Type another one."))


class StockTooSmall(Exception):
    """There would be less than none."""

    def __init__(self, left: int) -> None:
        words = ngettext(
            "Only %(count)s is left, and no more can be taken away.",
            "Only %(count)s are left, and no more can be taken away.",
            left,
        )
        super().__init__(words % {"count": left})


class StockTooLarge(Exception):
    """More than anybody counts."""

    def __init__(self) -> None:
        super().__init__(gettext("A count is at most a million."))


class PictureUnfit(Exception):
    """The picture cannot be an item's; the words say why."""


class ListUnreadable(Exception):
    """A list of items cannot be taken as a whole; the words say why, and what to do."""
