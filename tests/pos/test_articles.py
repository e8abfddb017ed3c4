"""Articles' numbers: read as GS1 writes them, in one form whatever the scanner sends."""

import json
from pathlib import Path

import pytest

from pos.articles import read_article, shorten_article
from pos.item_refusals import ArticleUnreadable

TABLE = json.loads(Path(__file__).with_name("articles.json").read_text())


@pytest.mark.parametrize(("typed", "number"), TABLE)
def test_a_number_is_read_as_the_table_says(typed, number):
    if number:
        assert read_article(typed) == number
    else:
        with pytest.raises(ArticleUnreadable, match="No bar code has these digits"):
            read_article(typed)


def test_blanks_and_the_digits_of_other_scripts_are_read():
    assert read_article(" 4 006381 333931 ") == read_article("٤٠٠٦٣٨١٣٣٣٩٣١")


@pytest.mark.parametrize("number", ["96385074", "036000291452", "4006381333931"])
def test_a_number_is_shown_as_it_stands_below_its_bars(number):
    assert shorten_article(read_article(number)) == number


def test_a_number_of_14_digits_stays_whole():
    assert shorten_article("14006381333938") == "14006381333938"
