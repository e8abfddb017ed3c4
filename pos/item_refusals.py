"""Why a wish about items is refused in the dashboard; the API has none of these."""

from django.utils.translation import gettext, ngettext


class ArticleUnreadable(Exception):
    """Typed text is no article's number."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "No bar code has these digits. Type all that stand below the bars: 8, 12, 13"
                " or 14 of them."
            )
        )


class BarcodeTaken(Exception):
    """Another item of the store has this bar code."""

    def __init__(self, name: str) -> None:
        words = gettext("%(item)s has this bar code. A code stands for one item.")
        super().__init__(words % {"item": name})


class ItemNameTaken(Exception):
    """The store has an item of this name."""

    def __init__(self, is_hidden: bool) -> None:  # noqa: FBT001  the one fact it tells
        words = (
            gettext("A hidden item has this name. Show that one again, or type another name.")
            if is_hidden
            else gettext("Another item has this name. Type another one.")
        )
        super().__init__(words)


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
