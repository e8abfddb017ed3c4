"""Pages of lists, newest first: a page's rows, and the cursor of the next page."""

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from foundation.answers import Answer, TextField, make_answer

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
AFTER = OpenApiParameter("after", str, description="The `next` of the page before.")


class Rows(Protocol[T_co]):
    """Rows that can be sliced: a query, or a loaded list."""

    def __getitem__(self, part: slice, /) -> Iterable[T_co]:
        """Return a part of them."""


class Page(NamedTuple, Generic[T]):
    """Rows of a list; `next` is the cursor of the next page, None on the last one."""

    rows: Sequence[T]
    next: str | None = None


def cut_page(rows: Rows[T], *, size: int, cursor: Callable[[T], str]) -> Page[T]:
    """Return the first `size` rows; `cursor` names the row after which the next page begins.

    For a loaded list, one row more than `size` shows that there are more.
    """
    found = list(rows[: size + 1])
    page = found[:size]
    return Page(page, cursor(page[-1]) if len(found) > size else None)


def read_after(request: Request) -> str:
    """Return the cursor after which a request wants to go on; empty for the first page."""
    return str(request.query_params.get("after", ""))


def page_of(
    name: str, row: type[Answer], *, note: str = "Send it as `after` to go on."
) -> type[Answer]:
    """Return the answer class of a `Page` of such rows, called `name` in the description."""
    return make_answer(
        name,
        doc="A page of a list.",
        data=row(many=True, source="rows"),
        next=TextField(allow_null=True, help_text=note),
    )


def list_of(name: str, row: type[Answer]) -> type[Answer]:
    """Return the answer class of all rows at once, in the form of a page."""
    return page_of(name, row, note="Always null: there are few.")
