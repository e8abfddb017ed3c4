"""Amounts told of twice without a word in common, and sums that a file does not split."""

import uuid

import pytest

from banking import booking, imports, inbox
from banking.expectations import expect
from banking.models import BankFile, Break, Entry, Order, OrderStatus
from banking.payment_files import name_block
from tests.banking import bank
from tests.banking.samples import Camt, Ntry, Tx, mt940
from tests.banking.test_imports import balance_of, bring, list_amounts
from tests.factories import open_customer

pytestmark = pytest.mark.django_db
MOVE = ":61:2611271127C10,00NTRFX"


@pytest.fixture(autouse=True)
def account(db):
    return bank.find_account()


def page(number, *, of=2, move=MOVE):
    """Return one page of a statement of equal payments, each page a file."""
    content = mt940(
        move,
        opening=f"C261127EUR{1000 + 10 * (number - 1)},00",
        closing=f"C261127EUR{1000 + 10 * number},00",
    )
    content = content.replace(b"00123/001", b"00123/%03d" % number)
    content = content if number == 1 else content.replace(b":60F:", b":60M:")
    return content if number == of else content.replace(b":62F:", b":62M:")


def test_equal_payments_on_pages_in_two_files_are_two():
    bring(page(1), name="1.sta")
    bring(page(2), name="2.sta")

    assert list_amounts() == [1000, 1000]
    bring(mt940(MOVE, MOVE, closing="C261127EUR1020,00"), name="whole.sta")
    bring(page(1) + b"\r\n", name="1 again.sta")
    bring(page(2) + b"\r\n", name="2 again.sta")
    assert list_amounts() == [1000, 1000]
    assert bank.list_broken() == []


def test_pages_that_come_in_another_order_are_read_in_theirs():
    by = bank.make_user()
    for number in (3, 2, 1):
        inbox.keep_upload(page(number, of=3), name=f"{number}.sta", by=by)
    imports.read_waiting_files()
    booking.book_entries()

    assert list_amounts() == [1000, 1000, 1000]
    assert set(BankFile.objects.values_list("status", flat=True)) == {"read"}


def test_a_page_whose_page_before_never_comes_is_read():
    assert bring(page(2), name="2.sta").status == "read"

    assert list_amounts() == [1000]


def camt_page(codes, amounts):
    plain = Ntry("10.00", bank="")
    balances = [
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
        "<Dt><Dt>2026-11-27</Dt></Dt></Bal>"
        for code, amount in zip(codes, amounts, strict=True)
    ]
    return Camt(entries=(str(plain),), balances=tuple(balances)).write()


def test_equal_payments_on_pages_of_camt_in_two_files_are_two():
    bring(camt_page(("OPBD", "ITBD"), ("1000.00", "1010.00")), name="1.xml")
    bring(camt_page(("ITBD", "CLBD"), ("1010.00", "1020.00")), name="2.xml")

    assert list_amounts() == [1000, 1000]


def advise(*entries):
    return Camt(kind="054", entries=tuple(map(str, entries))).write()


def state(*entries, closing="1010.00"):
    return Camt(closing=closing, entries=tuple(map(str, entries))).write()


LATE = {
    "says nothing at all": Ntry("10.00", bank=""),
    "says the sender alone": Ntry(
        "10.00", bank="", txs=(Tx(amount="10.00", iban=bank.PAYEE.iban),)
    ),
    "says the text alone": Ntry("10.00", bank="", txs=(Tx(amount="10.00", text="Hello"),)),
}


@pytest.mark.parametrize("late", LATE.values(), ids=LATE)
def test_an_advice_that_comes_after_its_statement_adds_nothing(late):
    tx = Tx(amount="10.00", text="Hello", iban=bank.PAYEE.iban, end_to_end="E2E-1")
    bring(state(Ntry("10.00", bank="B1", txs=(tx,))))

    file = bring(advise(late), name="advice.xml")
    bring(advise(late).replace(b"M-1", b"M-2"), name="again.xml")

    assert list_amounts() == [1000]
    assert file.statements.get().known_count == 1
    assert bank.list_broken() == []


def test_an_advice_that_says_something_else_than_the_statement_counts():
    bring(state(Ntry("10.00", bank="B1", txs=(Tx(amount="10.00", text="Hello"),))))

    bring(advise(Ntry("10.00", bank="", txs=(Tx(amount="10.00", text="Good-bye"),))))

    assert list_amounts() == [1000, 1000]


def test_of_two_equal_late_lines_each_needs_an_entry_of_its_own():
    bring(state(Ntry("10.00", bank="B1")))

    bring(advise(Ntry("10.00", bank=""), Ntry("10.00", bank="")))

    assert list_amounts() == [1000, 1000]


def test_an_entry_that_is_known_stands_for_no_other_line():
    bring(state(Ntry("10.00", bank="B1")))

    bring(advise(Ntry("10.00", bank="B1"), Ntry("10.00", bank="")))

    assert list_amounts() == [1000, 1000]


def test_an_advice_of_a_day_without_a_statement_counts():
    bring(state(Ntry("10.00", bank="B1")))

    bring(advise(Ntry("10.00", bank="", day="2026-11-28")))

    assert list_amounts() == [1000, 1000]


def send_run():
    orders = [bank.make_order(1000), bank.make_order(2500)]
    run = bank.send()
    return run, orders


def lump(run, *, amount="35.00", batch="2", refs=""):
    """Return an entry of a run's sum, whose parts the bank does not say."""
    entry = str(Ntry(amount, sign="DBIT", bank="L1", batch=batch))
    return entry.replace("<Btch>", f"<Btch>{refs}")


def statuses(orders):
    return {Order.objects.get(pk=order.pk).status for order in orders}


NAMED = {
    "by its payment block": lambda run: f"<PmtInfId>{name_block(run)}</PmtInfId>",
    "by its file": lambda run: f"<MsgId>{run.message_id}</MsgId>",
    "by its sum and number": lambda _run: "",
}


@pytest.mark.parametrize("name", NAMED.values(), ids=NAMED)
def test_a_run_that_was_booked_as_one_sum_books_all_its_orders(name):
    before = balance_of("safeguard")
    run, orders = send_run()
    content = Camt(closing="965.00", entries=(lump(run, refs=name(run)),)).write()

    for again in range(2):
        bring(content + b"\n" * again, name=f"{again}.xml")

    assert statuses(orders) == {OrderStatus.BOOKED}
    assert not Break.objects.exists()
    assert balance_of("transit") == 0
    assert before - balance_of("safeguard") == 3500
    assert bank.list_broken() == []


def test_mt940_names_a_run_by_the_customer_s_reference():
    run, orders = send_run()
    text = f":86:166?00SAMMLER?20KREF+{name_block(run)}"
    bring(mt940(":61:2611271127D35,00NTRFNONREF//L1", text, closing="C261127EUR965,00"))

    assert statuses(orders) == {OrderStatus.BOOKED}


def test_two_runs_of_one_sum_and_number_are_somebody_s_to_tell_apart():
    first, orders = send_run()
    _, others = send_run()
    bring(Camt(closing="965.00", entries=(lump(first),)).write())

    assert statuses([*orders, *others]) == {OrderStatus.SENT}
    assert Break.objects.get().reason == "parts"


def test_a_run_s_sum_that_is_another_one_is_a_break():
    run, orders = send_run()
    refs = f"<PmtInfId>{name_block(run)}</PmtInfId>"
    content = Camt(closing="966.00", entries=(lump(run, amount="34.00", refs=refs),)).write()
    bring(content)

    assert statuses(orders) == {OrderStatus.SENT}
    assert Break.objects.get().reason == "wrong_amount"
    assert bank.list_broken() == []


def test_a_reversed_top_up_names_the_wallet_and_the_entry():
    customer = open_customer()
    expected = expect(
        uuid.uuid4(),
        credit_account_id=customer.wallet.account_id,
        currency="EUR",
        amount_minor=2500,
    )
    tx = Tx(amount="25.00", reference=expected.reference)
    bring(Camt(closing="1025.00", entries=(str(Ntry("25.00", bank="T1", txs=(tx,))),)).write())
    back = Ntry("25.00", sign="DBIT", bank="T2", reversal="true", txs=(tx,), day="2026-11-28")
    following = Camt(opening="1025.00", day="2026-11-28", entries=(str(back),))
    bring(following.write())

    [row] = Break.objects.all()
    assert row.reason == "reversal"
    assert row.suggested_account_id == customer.wallet.account_id
    assert row.reverses == Entry.objects.get(bank_reference="T1")
    assert bank.list_broken() == []


def test_a_reversal_of_something_unknown_names_nothing():
    back = Ntry("25.00", sign="DBIT", bank="T2", reversal="true")
    bring(Camt(closing="975.00", entries=(str(back),)).write())

    [row] = Break.objects.all()
    assert (row.suggested_account_id, row.reverses_id) == (None, None)
