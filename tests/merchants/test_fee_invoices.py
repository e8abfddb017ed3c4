"""Fee invoices: equal to the ledger, numbered without a gap, once a month, never changed."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Q, Sum
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ledger.accounts import get_or_open_house_account
from ledger.models import Transfer
from ledger.posting import post_together
from ledger.transfers import NewTransfer
from merchants import fee_invoices, tasks
from merchants.errors import InvoiceRefused, MonthNotOver
from merchants.fee_invoices import (
    find_refusal,
    issue_fee_invoice,
    list_unbilled,
    sum_fees_of,
)
from merchants.fee_months import go_on
from merchants.models import (
    FeeInvoice,
    InvoiceNumber,
    InvoiceTerms,
    Merchant,
    Role,
)
from relay.letters import send_due_letters
from tests import factories
from tests.broken import find_broken
from tests.merchants import invoices
from tests.merchants.invoices import end_month, set_up
from tests.owners import as_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def month(monkeypatch):
    return end_month(monkeypatch)


@pytest.fixture
def terms(db):
    return set_up()


@pytest.fixture
def balance(shop):
    return factories.balance_of(shop)


def give_back(balance, amount_minor):
    """Post what two operators gave back of fees; below zero, what they took."""
    fees = get_or_open_house_account("fee_income", currency=balance.currency)
    debit, credit = fees, balance.payable_account_id
    if amount_minor < 0:
        debit, credit = credit, debit
    new = NewTransfer(
        id=uuid.uuid4(),
        debit_account_id=debit,
        credit_account_id=credit,
        amount_minor=abs(amount_minor),
        currency=balance.currency,
        kind="adjust",
        reference="by hand",
    )
    post_together([new])


def sum_income(balance):
    """Add up what the operator got of a shop, by another query than the invoice's."""
    fees = Q(credit_account__kind="fee_income", debit_account=balance.payable_account_id)
    back = Q(debit_account__kind="fee_income", credit_account=balance.payable_account_id)
    got = Transfer.objects.aggregate(
        got=Sum("amount_minor", filter=fees), gave=Sum("amount_minor", filter=back)
    )
    return (got["got"] or 0) - (got["gave"] or 0)


def test_a_month_s_fees_are_billed_once_and_the_shop_is_told(
    terms, shop, customer, balance, month
):
    owner = factories.hire_person(shop, role=Role.OWNER)
    for amount_minor in (1000, 2500):
        factories.sell(shop, customer, amount_minor=amount_minor)
        factories.settle(shop)

    for _ in range(2):
        fee_invoices.issue_due_invoices()

    invoice = FeeInvoice.objects.get()
    assert (invoice.number, invoice.month, invoice.settled_count) == (1, month, 2)
    assert (invoice.total_minor, invoice.vat_minor) == (6 + 15, 0)
    assert invoice.total_minor == sum_income(balance)
    assert (invoice.vat_category, invoice.exemption) == ("E", terms.exemption)
    assert invoice.seller["name"] == factories.ORGANISATION.legal_name
    assert invoice.buyer["name"] == shop.merchant.name
    send_due_letters()
    [letter] = mail.outbox
    assert letter.to == [owner.user.email]
    assert invoice.label in letter.subject
    assert "€0.21" in letter.body
    assert find_broken() == {}


@settings(max_examples=15)
@given(
    moves=st.lists(
        st.tuples(st.sampled_from(["sell", "refund", "hand"]), st.integers(-900, 900)),
        max_size=6,
    ),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
    vat_bps=st.sampled_from([0, 550, 2300]),
)
def test_an_invoice_is_the_ledger_s_income_whatever_happened(moves, currency, vat_bps):
    with pytest.MonkeyPatch.context() as patch:
        month = end_month(patch)
        if vat_bps and currency != "EUR":
            vat_bps = 0
        set_up(vat_bps=vat_bps, exemption="" if vat_bps else "Exempt.")
        shop = factories.open_shop(currency=currency, mdr_bps=300)
        balance = factories.balance_of(shop)
        customer = factories.open_customer(currency=currency, balance_minor=100_000)
        sold = []
        for kind, amount_minor in moves:
            if kind == "sell":
                sold.append(factories.sell(shop, customer, amount_minor=abs(amount_minor) + 1))
            elif kind == "refund" and sold:
                factories.refund(shop, sold.pop())
            elif amount_minor:
                give_back(balance, amount_minor)
        if sold:
            factories.settle(shop)

        invoice = issue_fee_invoice(balance, month)

        income_minor = sum_income(balance)
        if invoice is None:
            assert income_minor == 0
        else:
            assert invoice.total_minor == income_minor
            assert invoice.net_minor + invoice.vat_minor == income_minor
            assert abs(10_000 * invoice.vat_minor - invoice.net_minor * vat_bps) < 12_300


def test_more_given_back_than_taken_is_a_credit_note(terms, shop, customer, balance, month):
    factories.sell(shop, customer, amount_minor=1000)
    factories.settle(shop)
    give_back(balance, 100)
    give_back(balance, -20)

    invoice = issue_fee_invoice(balance, month)

    assert invoice is not None
    assert invoice.is_credit_note
    sums = (invoice.settled_minor, invoice.by_hand_minor, invoice.given_back_minor)
    assert (sums, invoice.total_minor) == ((6, 20, 100), -74)


def test_other_months_other_shops_and_other_accounts_are_not_in_it(
    terms, shop, customer, balance, month
):
    other = factories.open_shop()
    for each in (shop, other):
        factories.sell(each, customer, amount_minor=1000)
        factories.settle(each)

    assert issue_fee_invoice(balance, go_on(month, months=-1)) is None
    invoice = issue_fee_invoice(balance, month)
    assert invoice is not None
    assert invoice.total_minor == 6
    assert FeeInvoice.objects.count() == 1


def test_a_month_that_the_ledger_has_not_closed_is_not_billed(terms, shop, customer, balance):
    factories.sell(shop, customer)
    factories.settle(shop)
    this = invoices.find_month()

    with pytest.raises(MonthNotOver):
        issue_fee_invoice(balance, this)

    assert not FeeInvoice.objects.exists()
    assert not InvoiceNumber.objects.exists()


def test_without_terms_nothing_is_billed_and_later_it_is(
    shop, customer, balance, month, caplog
):
    caplog.set_level("WARNING", logger="merchants.fee_invoices")
    factories.sell(shop, customer)
    factories.settle(shop)
    tasks.bill_fees()
    tasks.bill_fees()
    assert not FeeInvoice.objects.exists()
    assert "not billed" in caplog.text
    [note] = list_unbilled()
    assert (note.balance, note.month, sum_fees_of(note)) == (balance, month, 3)
    assert "not set up" in find_refusal(note)

    set_up()
    assert find_refusal(note) == ""
    tasks.bill_fees()

    assert FeeInvoice.objects.get().number == 1
    assert not list_unbilled()


def test_a_month_of_long_ago_is_noted_and_not_billed_by_itself(
    terms, shop, customer, balance, month, monkeypatch
):
    factories.sell(shop, customer)
    factories.settle(shop)
    for months, noted in ((25, 0), (24, 1), (4, 1)):
        later = datetime.combine(go_on(month, months=months), datetime.min.time(), UTC)
        later += timedelta(days=2)
        monkeypatch.setattr(fee_invoices, "read_clock", lambda at=later: at)
        tasks.bill_fees()
        assert list_unbilled().count() == noted

    assert not FeeInvoice.objects.exists()
    invoice = issue_fee_invoice(balance, month)
    assert invoice is not None
    assert (invoice.month, invoice.total_minor) == (month, 3)
    assert not list_unbilled()


@pytest.mark.parametrize(
    ("facts", "category"),
    [
        ({"country": "IE"}, "S"),
        ({"country": "US"}, "outside the European Union"),
        ({"country": "FR"}, "a VAT number is missing"),
    ],
)
def test_vat_is_by_where_the_shop_is(shop, customer, month, facts, category):
    set_up(vat_bps=2300, exemption="")
    Merchant.objects.filter(pk=shop.merchant.pk).update(**facts)
    factories.sell(shop, customer, amount_minor=10_000)
    factories.settle(shop)
    balance = factories.balance_of(shop)

    if category == "S":
        invoice = issue_fee_invoice(balance, month)
        assert invoice is not None
        sums = (invoice.total_minor, invoice.net_minor, invoice.vat_minor)
        assert (invoice.vat_category, sums) == ("S", (60, 49, 11))
    else:
        with pytest.raises(InvoiceRefused, match=category):
            issue_fee_invoice(balance, month)
        assert not InvoiceNumber.objects.exists()


def test_an_invalid_e_invoice_takes_no_number(
    terms, shop, customer, balance, month, monkeypatch, caplog
):
    factories.sell(shop, customer)
    factories.settle(shop)
    with monkeypatch.context() as broken:

        def refuse(_invoice):
            raise etree.DocumentInvalid("a fault of ours")

        broken.setattr(fee_invoices, "check_e_invoice", refuse)
        tasks.bill_fees()
    assert "a fault of ours" in caplog.text
    assert not InvoiceNumber.objects.exists()

    tasks.bill_fees()

    assert FeeInvoice.objects.get().number == InvoiceNumber.objects.get().last == 1


def test_an_issued_invoice_is_never_changed(terms, shop, customer, balance, month):
    factories.sell(shop, customer)
    factories.settle(shop)
    invoice = issue_fee_invoice(balance, month)
    assert invoice is not None
    changes = (
        "UPDATE merchants_feeinvoice SET total_minor = 1",
        "DELETE FROM merchants_feeinvoice",
        "TRUNCATE merchants_feeinvoice CASCADE",
    )
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
        with pytest.raises(DatabaseError), as_owner() as owner:
            owner.execute(change)

    Merchant.objects.filter(pk=shop.merchant.pk).update(name="Another")
    again = issue_fee_invoice(balance, month)
    assert again == invoice
    assert again is not None
    assert again.buyer["name"] == shop.merchant.name


def test_check_books_finds_a_wrong_sum_and_a_gap(terms, shop, customer, balance, month):
    factories.sell(shop, customer, amount_minor=1000)
    factories.settle(shop)
    issue_fee_invoice(balance, month)

    with connection.cursor() as cursor:
        # As they would be at commit: a table with checks that wait is not altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with as_owner() as owner:
        owner.execute("ALTER TABLE merchants_feeinvoice DISABLE TRIGGER USER")
        owner.execute(
            "UPDATE merchants_feeinvoice SET number = 2, settled_minor = 5, total_minor = 5"
        )

    broken = find_broken()
    assert list(broken) == [
        "every fee invoice is what the ledger took from its shop in fees that month",
        "fee invoices of a year are numbered from 1 on, without a gap",
    ]


def test_numbers_begin_anew_with_each_year(terms, shop, customer, balance, month, monkeypatch):
    factories.sell(shop, customer)
    factories.settle(shop)
    first = issue_fee_invoice(balance, month)
    other = factories.open_shop()
    factories.sell(other, customer)
    factories.settle(other)
    assert first is not None
    next_year = datetime(first.year + 1, 1, 1, 12, tzinfo=UTC)
    monkeypatch.setattr(fee_invoices, "read_clock", lambda: next_year)

    second = issue_fee_invoice(factories.balance_of(other), month)

    assert second is not None
    assert (second.year, second.number) == (first.year + 1, 1)
    assert second.label == f"FI-{first.year + 1}-00001"


def test_the_database_wants_terms_that_an_invoice_can_say(terms):
    facts = InvoiceTerms.objects.values(
        "applies_from", "vat_number", "tax_number", "vat_bps", "exemption", "set_by_id"
    ).get()
    for change in (
        {"vat_number": ""},
        {"exemption": ""},
        {"vat_bps": 2300},
        {"applies_from": facts["applies_from"].replace(day=2)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            InvoiceTerms.objects.create(**facts | change)
