"""The day's end of a till: Z reports without gaps, chained, each sale in one of them."""

import json
import uuid
from datetime import timedelta
from hashlib import sha256

import pytest
import uuid6
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from foundation.once import FormReused
from merchants.onboarding import open_store
from pos.cash import move_cash
from pos.closing_hash import write_text
from pos.closings import close_till, find_last, read_open_day
from pos.models import Closing, ClosingEntry, ClosingSum, MovementKind, SumKind
from pos.principals import act_at_till, act_for_merchant
from pos.queries import first_id_at
from pos.terminals import add_terminal
from pos.till_places import change_till
from tests import factories
from tests.broken import find_broken
from tests.owners import as_owner
from tests.pos.test_vat_sums import sell_items

pytestmark = pytest.mark.django_db


def close(shop, *, form=None, cashier=None):
    return close_till(shop.terminal, closing_id=form or uuid.uuid4(), cashier=cashier)


def show(closing, kind):
    sums = ClosingSum.objects.filter(closing=closing, kind=kind).order_by("position")
    return [(s.label, s.count, s.sold_minor, s.refunded_minor, s.vat_minor) for s in sums]


@pytest.fixture
def day(shop, customer):
    """A sale of two rates with a refund of a half, one without items, and one that waits."""
    mixed = sell_items(shop, customer, (2, 500, 2300), (1, 1000, 900))
    factories.refund(shop, mixed, amount_minor=1000)
    factories.sell(shop, customer, amount_minor=150)
    return factories.make_charge(shop, amount_minor=75)


def test_a_closing_counts_what_was_sold_and_refunded(shop, day):
    cashier = factories.hire_person(shop)

    closing = close(shop, cashier=cashier)

    assert (closing.number, closing.label, closing.since) == (1, "Z 0001", None)
    assert (closing.sales_count, closing.sales_minor) == (2, 2150)
    assert (closing.refunds_count, closing.refunds_minor) == (1, 1000)
    assert (closing.all_sales_minor, closing.all_refunds_minor) == (2150, 1000)
    assert closing.cashier_name == "Nora Byrne"
    # 5.00 with 23 % hold 0.93, with 9 % 0.41; the sale without items has no rate.
    assert show(closing, SumKind.VAT) == [
        ("23", 2, 1000, 500, 93),
        ("9", 1, 1000, 500, 41),
        ("", 1, 150, 0, None),
    ]
    assert show(closing, SumKind.TENDER) == [("", 2, 2150, 1000, None)]
    assert show(closing, SumKind.CASHIER) == [("", 2, 2150, 1000, None)]
    assert show(closing, SumKind.OPEN) == [(day.short_code_grouped, 1, 75, 0, None)]
    assert not find_broken()


def test_an_open_sale_is_in_the_next_closing(shop, day, customer):
    first = close(shop)
    factories.confirm(customer, factories.claim(customer, day))

    second = close(shop)

    assert (second.number, second.since) == (2, first.closed_at)
    assert (second.sales_count, second.sales_minor, second.refunds_count) == (1, 75, 0)
    assert (second.all_sales_minor, second.all_refunds_minor) == (2225, 1000)
    assert second.previous_hash == first.hash
    assert ClosingEntry.objects.get(pk=day.pk).closing == second
    assert not find_broken()


def test_the_same_form_closes_once(shop, day):
    form = uuid.uuid4()

    assert close(shop, form=form) == close(shop, form=form)

    assert Closing.objects.count() == 1
    other = factories.open_shop()
    with pytest.raises(FormReused):
        close(other, form=form)
    assert find_last(other.terminal) is None


def test_an_x_report_changes_nothing_and_says_the_same(shop, day):
    look = read_open_day(shop.terminal)

    assert (look.number, look.turnover_minor, look.since) == (1, 1150, None)
    assert not Closing.objects.exists()
    closing = close(shop)
    looked = [(s.kind, s.position, s.key, s.sold_minor, s.vat_minor) for s in look.sums]
    kept = [(s.kind, s.position, s.key, s.sold_minor, s.vat_minor) for s in closing.sums.all()]
    assert sorted(looked) == sorted(kept)
    assert read_open_day(shop.terminal).turnover_minor == 0


def test_a_day_without_sales_closes_too(shop):
    closing = close(shop)

    assert (closing.number, closing.sales_count, closing.turnover_minor) == (1, 0, 0)
    assert not find_broken()


def test_a_refund_counts_at_the_till_that_made_it(shop, customer):
    other = add_terminal(shop.store, name="Till 2")
    charges = [factories.sell(shop, customer, amount_minor=500) for _ in range(3)]
    clerk = factories.hire_person(shop, may_refund=True)
    factories.refund(shop, charges[0], amount_minor=1)
    factories.refund(shop, charges[1], amount_minor=20, principal=act_at_till(other, clerk))
    # From the office: it counts at the sale's till.
    factories.refund(shop, charges[2], amount_minor=300, principal=act_for_merchant(shop.store))

    mine = close(shop)
    theirs = close_till(other, closing_id=uuid.uuid4(), cashier=clerk)

    assert (mine.sales_minor, mine.refunds_minor) == (1500, 301)
    assert (theirs.number, theirs.sales_minor, theirs.refunds_minor) == (1, 0, 20)
    assert show(theirs, SumKind.CASHIER) == [("Nora Byrne", 0, 0, 20, None)]
    assert not find_broken()


def test_a_till_that_moves_is_closed(shop, customer):
    factories.sell(shop, customer)
    second = open_store(shop.merchant, name="Second", currency="CHF")

    change_till(shop.terminal, name="Moved", store=second)

    closing = Closing.objects.get()
    assert (closing.store, closing.cashier, closing.sales_minor) == (shop.store, None, 480)
    shop.terminal.refresh_from_db()
    later = close(shop)
    assert (later.number, later.store, later.currency) == (2, second, "CHF")
    assert not find_broken()


def move(shop, kind, amount_minor, *, form=None):
    drawer = act_at_till(shop.terminal, factories.hire_person(shop))
    form = form or uuid6.uuid7()
    return move_cash(
        drawer, kind, movement_id=form, amount_minor=amount_minor, reason="Coins from the bank"
    )


def test_a_till_that_moves_with_cash_alone_in_its_drawer_is_closed(shop):
    move(shop, MovementKind.FLOAT, 10_000)
    second = open_store(shop.merchant, name="Second", currency="EUR")

    change_till(shop.terminal, name="Moved", store=second)

    assert Closing.objects.get().float_minor == 10_000
    assert read_open_day(shop.terminal).totals.expected_minor == 0


def test_cash_moved_by_a_form_that_was_open_for_days_is_counted(shop):
    close(shop)
    form = first_id_at(timezone.now() - timedelta(days=3))

    move(shop, MovementKind.IN, 500, form=form)

    assert read_open_day(shop.terminal).totals.expected_minor == 500
    assert close(shop).paid_in_minor == 500
    assert close(shop).paid_in_minor == 0
    assert not find_broken()


def test_the_hash_is_of_a_text_that_anybody_can_write(shop, day):
    closing = close(shop)
    text = write_text(closing, closing.sums.all(), closing.counts.all())

    assert closing.hash == sha256(text.encode()).hexdigest()
    said = json.loads(text)
    assert said[:2] == ["tessera-closing-1", str(closing.id)]
    assert (said[4], said[10], said[25]) == (1, 2150, closing.entries_hash)


TABLES = ("pos_closing", "pos_closingsum", "pos_closingentry", "pos_cashmovement")
BREAKS = {
    "a figure": "UPDATE pos_closing SET sales_minor = sales_minor - 1 WHERE number = 2",
    "a sum": "UPDATE pos_closingsum SET label = 'x' WHERE kind = 'tender'",
    "one is gone": """
        CREATE TEMPORARY TABLE gone ON COMMIT DROP AS
            SELECT id FROM pos_closing WHERE number = 2;
        DELETE FROM pos_closingentry WHERE closing_id IN (SELECT id FROM gone);
        DELETE FROM pos_closingsum WHERE closing_id IN (SELECT id FROM gone);
        DELETE FROM pos_closing WHERE number = 2""",
    "a number": "UPDATE pos_closing SET number = 9 WHERE number = 3",
    "an entry": "DELETE FROM pos_closingentry",
    "a kind of cash": """
        UPDATE pos_closing
           SET float_minor = float_minor - 1, paid_in_minor = paid_in_minor + 1""",
    "a rate": "UPDATE pos_closingsum SET refunded_minor = 1 WHERE kind = 'vat'",
    "moved cash": """
        DELETE FROM pos_closingentry WHERE kind = 'movement';
        UPDATE pos_cashmovement SET created_at = created_at - interval '2 hours'""",
    "a hash of the past": "UPDATE pos_closing SET hash = repeat('0', 64) WHERE number = 1",
}
FOUND = {
    "a figure": {"hash is of", "follows the one", "sums are those", "tenders and"},
    "a sum": {"hash is of"},
    "one is gone": {"numbered from", "follows the one"},
    "a number": {"numbered from", "hash is of", "follows the one"},
    "an entry": {"sums are those"},
    "a kind of cash": {"hash is of", "sums are those"},
    "a rate": {"hash is of", "tenders and"},
    "moved cash": {"sums are those", "the cash moved there"},
    "a hash of the past": {"hash is of", "follows the one"},
}


@pytest.mark.parametrize("name", BREAKS)
def test_what_was_altered_is_found_from_the_rows_alone(shop, customer, name):
    move(shop, MovementKind.FLOAT, 100)
    for _ in range(3):
        sell_items(shop, customer, (1, 480, 900))
        close(shop)
    with as_owner() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(BREAKS[name])

    broken = " | ".join(find_broken())

    assert all(words in broken for words in FOUND[name])


def test_closings_are_never_changed(shop, day):
    close(shop)

    for table in TABLES:
        with pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(f"DELETE FROM {table}")  # noqa: S608  ours
