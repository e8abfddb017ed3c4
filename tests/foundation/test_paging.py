"""A page has so many rows, and a cursor only where another row follows."""

import pytest

from foundation.paging import cut_page

LETTERS = "abcde"
PAGES = {
    "more follow": (2, ["a", "b"], "after b"),
    "one more follows": (4, ["a", "b", "c", "d"], "after d"),
    "just full": (5, ["a", "b", "c", "d", "e"], None),
    "not full": (6, ["a", "b", "c", "d", "e"], None),
}


@pytest.mark.parametrize(("size", "rows", "after"), PAGES.values(), ids=PAGES)
def test_a_page_leads_on_where_more_rows_follow(size, rows, after):
    page = cut_page(LETTERS, size=size, cursor=lambda letter: f"after {letter}")

    assert page == (rows, after)


def test_of_nothing_there_is_one_empty_page():
    assert cut_page([], size=5, cursor=str) == ([], None)
