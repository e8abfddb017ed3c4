"""What is on hold, what may be spent, and the sweep that tidies up."""

import uuid

import pytest

from ledger import tasks
from ledger.holds import expire_overdue_holds, list_holds
from ledger.models import Hold, Transfer
from ledger.posting import post_transfers
from ledger.queries import read_available, read_balance
from ledger.transfers import NewPending
from tests.ledger.moves import Books, let_holds_end

pytestmark = pytest.mark.django_db


@pytest.fixture
def books(db):
    books = Books()
    books.fill("A 100, D 100")
    return books


def test_open_holds_are_listed_for_who_gives_and_for_who_gets(books):
    books.post("#1 A~B 30 60s, #2 A~D 5, #3 D~A 7")
    a, b, d = (books.accounts[name] for name in "ABD")

    of_a = {hold.pending_id: hold for hold in list_holds(a)}

    assert sorted(of_a) == sorted(books.ids[each] for each in (1, 2, 3))
    assert list(of_a) == sorted(of_a)
    first = of_a[books.ids[1]]
    assert (first.debit_account_id, first.credit_account_id, first.amount_minor) == (a, b, 30)
    assert first.expires_at == Transfer.objects.get(pk=books.ids[1]).expires_at
    assert of_a[books.ids[2]].expires_at is None
    assert [hold.amount_minor for hold in list_holds(b)] == [30]
    assert sorted(hold.amount_minor for hold in list_holds(d)) == [5, 7]


def test_what_ended_or_is_over_its_time_is_not_listed(books):
    books.post("#1 A~B 1 60s, #2 A~B 2, #3 A~B 4, #4 A~B 8 60s; post #2, void #3; late #1")

    assert [hold.amount_minor for hold in list_holds(books.accounts["A"])] == [8]
    assert str(Hold.objects.get(pk=books.ids[4])) == f"8 held by {books.ids[4]}"


def test_what_is_on_hold_may_not_be_spent(books):
    books.post("#1 A~B 30 60s, #2 A~D 5, #3 D~A 7")
    a, b, d = (books.accounts[name] for name in "ABD")

    assert [read_available(each) for each in (a, b, d)] == [65, 0, 93]
    assert [read_balance(each) for each in (a, b, d)] == [100, 0, 100]


def test_what_is_over_its_time_may_be_spent_before_it_is_swept_up(books):
    books.post("#1 A~B 30 60s, #2 A~D 5, #3 D~A 7 60s; late #1; late #3")

    assert read_available(books.accounts["A"]) == 95
    assert read_available(books.accounts["D"]) == 100
    assert books.tell() == "A 100/35, D 100/7"


def test_an_account_that_grows_by_debits_may_spend_what_is_over_its_time(books):
    books.open_limited_receivable()
    books.fill("L 50")
    books.post("#1 T~L 20 60s, #2 T~L 10, #3 L~T 5 60s; late #1; late #3")

    assert read_available(books.accounts["L"]) == 40


def test_the_sweep_ends_what_is_over_its_time_and_nothing_else(books):
    expire_overdue_holds()
    books.post("#1 A~B 1 60s, #2 A~B 2 60s, #3 A~B 4, #4 T~S 8 60s; late #1; late #4")

    assert expire_overdue_holds() == 2

    ends = Transfer.objects.filter(pending_id__in=books.ids.values())
    assert {(end.pending_id, end.phase) for end in ends} == {
        (books.ids[1], "expire"),
        (books.ids[4], "expire"),
    }
    assert books.tell() == "A 100/6, D 100"
    books.prove()
    assert expire_overdue_holds() == 0


def test_the_timetable_s_sweep_is_this_one(books):
    books.post("#1 A~B 1 60s; late #1")

    tasks.expire_holds()

    assert books.tell() == "A 100, D 100"


def test_the_sweep_takes_a_thousand_at_a_time_until_none_is_left(books):
    expire_overdue_holds()
    a, t = books.accounts["A"], books.accounts["T"]
    batch = [
        NewPending(uuid.uuid4(), t, a, 1, "EUR", "test", "test", timeout_s=60)
        for _ in range(1001)
    ]
    assert post_transfers(batch) == ["created"] * 1001
    mine = Hold.objects.filter(credit_account=a)
    let_holds_end([each.id for each in batch])

    assert expire_overdue_holds() == 1001

    assert not mine.exists()
    assert Transfer.objects.filter(credit_account=a, phase="expire").count() == 1001
