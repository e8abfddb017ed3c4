"""Two people who set the same books at once: one book, with the accounts of one of them."""

from functools import partial

import pytest

from identity.models import User
from merchants.journals.books import NewBook, change_book
from merchants.journals.formats import FORMATS
from merchants.models import Book, BookAccount, Purpose
from tests import factories

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]


def plan(number):
    accounts = dict.fromkeys(Purpose, (number, ""))
    return NewBook(currency="EUR", facts={"tax_word": "T9"}, accounts=accounts)


def test_of_many_the_accounts_of_one_stay(crowd):
    people = [User.objects.create(name=f"Owner {number}") for number in range(8)]

    for _ in range(5):
        shop = factories.open_shop()
        change = partial(change_book, shop.merchant, FORMATS["sage"])
        # The first ones make the book, the others change it.
        for _ in range(2):
            crowd.act([partial(change, plan(f"40{n}"), by=by) for n, by in enumerate(people)])

        book = Book.objects.get(merchant=shop.merchant)
        numbers = BookAccount.objects.filter(book=book).values_list("number", flat=True)
        assert len(numbers) == len(Purpose)
        assert len(set(numbers)) == 1
        assert f"40{people.index(book.changed_by)}" in set(numbers)
