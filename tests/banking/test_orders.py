"""Orders: each step once, its money with it, and nothing moves on a refusal."""

import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from banking.errors import (
    AddressIncomplete,
    EntryDiffers,
    NameUnwritable,
    OrderAlive,
    OrderDiffers,
    OrderElsewhere,
    OrderOnItsWay,
)
from banking.models import Order, OrderStatus
from banking.orders import (
    accept_order,
    book_order,
    cancel_order,
    create_order,
    doubt_order,
    find_order,
    refuse_order,
    return_order,
    send_file,
)
from banking.payees import Payee
from banking.runs import cancel_run, make_run
from ledger.accounts import get_or_open_house_account
from ledger.errors import InsufficientFunds
from ledger.queries import read_available, read_balance, sum_balance
from tests import factories
from tests.banking import bank
from tests.banking.bank import enter, make_order, make_sent_order, plan, redeem, send
from tests.broken import find_broken

pytestmark = pytest.mark.django_db


_BEFORE: dict[str, int] = {}


def sum_house(kind):
    return sum_balance(get_or_open_house_account(kind, currency="EUR"))


def in_house(kind):
    """Return what came into an account of the operator since the test began."""
    return sum_house(kind) - _BEFORE[kind]


@pytest.fixture(autouse=True)
def _remember_what_was(db):
    _BEFORE.update({kind: sum_house(kind) for kind in ("transit", "suspense")})


def test_order_made_again_is_the_same(nothing_moved):
    wish = plan()

    first, second = create_order(wish), create_order(wish)

    assert first == second
    assert first.status == OrderStatus.PENDING
    assert nothing_moved()


def test_same_order_of_another_amount_is_refused():
    wish = plan(1000)
    create_order(wish)

    with pytest.raises(OrderDiffers):
        create_order(plan(1001, subject=wish.subject))


@pytest.mark.parametrize(
    ("payee", "refusal"),
    [
        (Payee(name="Ana", iban=bank.IBAN, street="Am Kai"), AddressIncomplete),
        (Payee(name="Ana", iban=bank.IBAN, town="Köln"), AddressIncomplete),
        (Payee(name="Ana", iban="CH9300762011623852957"), AddressIncomplete),
        (Payee(name="李伟", iban=bank.IBAN), NameUnwritable),
        (Payee(name="ß" * 36, iban=bank.IBAN), NameUnwritable),
    ],
)
def test_payee_that_banks_refuse_gets_no_order(payee, refusal):
    with pytest.raises(refusal):
        create_order(plan(payee=payee))

    assert not Order.objects.exists()


def test_sent_order_is_on_its_way_and_booked_once(nothing_moved):
    order = make_order(1000)
    assert nothing_moved()
    send()
    order.refresh_from_db()
    assert (order.status, in_house("transit")) == (OrderStatus.SENT, 1000)

    book_order(order, enter(order, -1000))

    assert order.status == OrderStatus.BOOKED
    assert (in_house("transit"), in_house("suspense")) == (0, -1000)
    with pytest.raises(OrderElsewhere):
        book_order(order, enter(order, -1000))
    assert in_house("transit") == 0
    assert find_broken() == {}


def test_file_nobody_handed_over_is_at_the_bank_if_the_bank_books_from_it():
    order, other = make_order(1000), make_order(500)
    bank.release()
    order.refresh_from_db()

    book_order(order, enter(order, -1000))

    other.refresh_from_db()
    assert (order.status, other.status) == (OrderStatus.BOOKED, OrderStatus.SENT)
    assert in_house("transit") == 500


@pytest.mark.parametrize("kind", ["payout", "redemption"])
@pytest.mark.parametrize("is_in_next", [False, True], ids=["waits", "in the next draft"])
def test_order_of_a_canceled_run_is_not_paid_again_once_the_bank_has_paid_it(kind, is_in_next):
    customer = factories.open_customer()
    order = redeem(customer, 1000) if kind == "redemption" else make_order(1000)
    cancel_run(bank.release())
    other = make_order(500)
    draft = bank.draft() if is_in_next else None
    order.refresh_from_db()

    book_order(order, enter(order, -1000))

    assert (order.status, order.file_id) == (OrderStatus.BOOKED, None)
    draft = draft or bank.draft()
    draft.refresh_from_db()
    assert (draft.orders_count, draft.total_minor) == (1, 500)
    assert [each.pk for each in draft.orders.all()] == [other.pk]
    assert in_house("transit") == 0
    assert find_broken() == {}


def test_entry_of_another_amount_books_nothing(nothing_moved):
    order = make_sent_order(1000)
    entry = enter(order, -999)
    before = in_house("transit")

    with pytest.raises(EntryDiffers):
        book_order(order, entry)

    order.refresh_from_db()
    assert (order.status, in_house("transit")) == (OrderStatus.SENT, before)


def test_booked_order_that_comes_back_is_owed_again_once():
    customer = factories.open_customer()
    order = redeem(customer, 4000)
    send()
    order.refresh_from_db()
    book_order(order, enter(order, -4000))
    assert read_balance(customer.wallet.account_id) == 6000

    return_order(order, enter(order, 4000, reason_code="AC04"))

    assert (order.status, order.reason_code) == (OrderStatus.RETURNED, "AC04")
    assert read_balance(customer.wallet.account_id) == 10_000
    with pytest.raises(OrderElsewhere):
        return_order(order, enter(order, 4000))
    assert read_balance(customer.wallet.account_id) == 10_000
    assert find_broken() == {}


def test_redemption_holds_its_money_until_it_is_sent():
    customer = factories.open_customer()

    order = redeem(customer, 4000)

    account_id = customer.wallet.account_id
    assert (read_balance(account_id), read_available(account_id)) == (10_000, 6000)
    assert find_broken() == {}
    send()
    assert (read_balance(account_id), read_available(account_id)) == (6000, 6000)
    order.refresh_from_db()
    assert refuse_order(order, reason_code="AC01")
    assert (read_balance(account_id), order.reason_code) == (10_000, "AC01")
    assert not refuse_order(order, reason_code="AC01")
    assert read_balance(account_id) == 10_000
    assert find_broken() == {}


def test_redemption_of_more_than_there_is_makes_no_order(customer, nothing_moved):
    with pytest.raises(InsufficientFunds):
        redeem(customer, 10_001)

    assert not Order.objects.exists()
    assert nothing_moved()


def test_canceled_redemption_frees_its_money():
    customer = factories.open_customer()
    order = redeem(customer, 4000)

    cancel_order(order)
    cancel_order(order)

    assert order.status == OrderStatus.CANCELED
    assert read_available(customer.wallet.account_id) == 10_000
    assert find_broken() == {}


def test_order_in_a_draft_can_be_canceled_and_leaves_it():
    order, other = make_order(1000), make_order(500)
    file = make_run(bank.find_account(), by=bank.make_user(), execute_on=bank.PAY_ON)

    order.refresh_from_db()
    cancel_order(order)

    file.refresh_from_db()
    assert (file.orders_count, file.total_minor) == (1, 500)
    other.refresh_from_db()
    assert other.file == file


def test_order_in_a_released_file_cannot_be_canceled(nothing_moved):
    order = make_order(1000)
    bank.release()

    with pytest.raises(OrderOnItsWay):
        cancel_order(order)

    order.refresh_from_db()
    assert order.status == OrderStatus.PENDING
    assert nothing_moved()


def test_unknown_order_is_asked_about_and_never_sent_again():
    order = make_sent_order(1000)

    assert doubt_order(order)

    assert order.file_id is not None
    assert not send_file(order.file_id)
    with pytest.raises(OrderAlive):
        create_order(plan(subject=order.subject, follows_id=order.id))
    assert in_house("transit") == 1000
    assert accept_order(order)
    assert order.status == OrderStatus.ACCEPTED


def test_refused_order_is_followed_by_one_other_alone():
    order = make_sent_order(1000)
    refuse_order(order, reason_code="AC04")
    wish = plan(1000, subject=order.subject, follows_id=order.id)

    second = create_order(wish)

    assert create_order(wish) == second
    assert second != order
    # Without anybody who says so nothing is ordered again.
    assert create_order(plan(1000, subject=order.subject)) == order
    send()
    second.refresh_from_db()
    refuse_order(second, reason_code="AC04")
    third = create_order(plan(1000, subject=order.subject, follows_id=second.id))
    assert third.status == OrderStatus.PENDING
    assert create_order(wish) == second


def test_order_follows_one_of_its_own_subject_alone():
    order = make_sent_order(1000)
    refuse_order(order, reason_code="AC04")

    with pytest.raises(OrderAlive):
        create_order(plan(1000, follows_id=order.id))


def test_end_to_end_id_leads_to_its_order():
    order = make_order()

    assert len(order.end_to_end_id) == 28
    assert order.end_to_end_id.isalnum()
    assert find_order(order.end_to_end_id) == order
    assert find_order(f" {order.end_to_end_id[:4]} {order.end_to_end_id[4:]}") == order
    for unknown in ("", "NOTPROVIDED", "PO", f"PO{uuid.uuid4().hex[:26].upper()}", "PO" * 14):
        assert find_order(unknown) is None


STEPS = {
    "send": lambda order: send_file(order.file_id) if order.file_id else None,
    "accept": accept_order,
    "doubt": doubt_order,
    "refuse": lambda order: refuse_order(order, reason_code="MS03"),
    "cancel": cancel_order,
    "book": lambda order: book_order(order, enter(order, -order.amount_minor)),
    "return": lambda order: return_order(order, enter(order, order.amount_minor)),
}


class TestAnyStepsInAnyOrder(TestCase):
    """Whatever is done to an order, its money is in one place."""

    @settings(max_examples=25)
    @given(st.lists(st.sampled_from(sorted(STEPS)), max_size=8), st.booleans())
    def test_money_is_in_one_place(self, steps, is_in_a_run):
        customer, before = factories.open_customer(), sum_house("transit")
        order = redeem(customer, 4000)
        if is_in_a_run:
            bank.release()
        for step in steps:
            order.refresh_from_db()
            try:
                STEPS[step](order)
            except (OrderElsewhere, OrderOnItsWay):
                continue

        order.refresh_from_db()
        home = {"pending": 10_000, "canceled": 10_000, "refused": 10_000, "returned": 10_000}
        in_wallet = read_balance(customer.wallet.account_id)
        assert in_wallet == home.get(order.status, 6000)
        is_out = order.status in {"sent", "accepted", "unknown"}
        assert sum_house("transit") - before == (4000 if is_out else 0)
        is_held = order.status == "pending"
        assert read_available(customer.wallet.account_id) == (6000 if is_held else in_wallet)
