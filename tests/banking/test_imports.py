"""Each amount that the bank moved counts once, whatever files tell of it, in any order."""

import uuid

import pytest

from banking import booking, imports, inbox, top_ups
from banking.errors import FileTooLarge
from banking.expectations import expect
from banking.models import BankAccount, BankFile, Break, CsvMapping, Entry, Statement
from banking.references import space_reference
from ledger.accounts import get_or_open_house_account
from ledger.queries import read_balance, sum_balance
from tests.banking import bank
from tests.banking.samples import Camt, Ntry, Tx, mt940

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def account(db):
    return bank.find_account()


@pytest.fixture
def expected(customer):
    return expect(
        uuid.uuid4(),
        credit_account_id=customer.wallet.account_id,
        currency="EUR",
        amount_minor=2500,
    )


def bring(content, *, name="statement.xml", mapping=None):
    """Upload a file, and have the banker read and book it."""
    by = bank.make_user()
    file = inbox.keep_upload(content, name=name, by=by, mapping=mapping)
    imports.read_waiting_files()
    booking.book_entries()
    file.refresh_from_db()
    return file


def sweep():
    imports.read_waiting_files()
    booking.book_entries()


def list_amounts():
    return sorted(Entry.objects.values_list("amount_minor", flat=True))


def balance_of(kind):
    return sum_balance(get_or_open_house_account(kind, currency="EUR"))


def test_an_announced_payment_arrives_in_the_wallet(customer, expected):
    before = read_balance(customer.wallet.account_id)
    tx = Tx(amount="25.00", text=f"Top up {space_reference(expected.reference)}")

    file = bring(Camt(closing="1025.00", entries=(str(Ntry("25.00", txs=(tx,))),)).write())

    assert (file.status, file.refusal) == ("read", "")
    assert read_balance(customer.wallet.account_id) == before + 2500
    [entry] = Entry.objects.all()
    assert (entry.expectation, entry.posted_as) == (expected, "top_up")
    expected.refresh_from_db()
    assert expected.arrived_at is not None
    assert balance_of("suspense") == 0
    assert bank.list_broken() == []


def test_what_arrives_counts_whatever_was_announced(customer, expected):
    before = read_balance(customer.wallet.account_id)
    tx = Tx(amount="3.00", reference=expected.reference)

    bring(Camt(closing="1003.00", entries=(str(Ntry("3.00", txs=(tx,))),)).write())

    assert read_balance(customer.wallet.account_id) == before + 300


A, B = Ntry("10.00", bank="A1"), Ntry("20.00", bank="B1")
NO_REF = Ntry("10.00", bank="", txs=(Tx(amount="10.00", end_to_end="E1"),))
EQUAL = Ntry("10.00", bank="")
FULL = Ntry(
    "10.00", bank="A1", txs=(Tx(amount="10.00", end_to_end="E1", name="Ana", text="Hello"),)
)
BATCH = Ntry("10.00", bank="A1", txs=(Tx(amount="7.00"), Tx(amount="3.00")))
SUM = Ntry("10.00", bank="A1", batch="2")


def statement(*entries, **facts):
    total = sum(
        float(each.amount) * (1 if each.sign == "CRDT" else -1)
        for each in entries
        if each.status == "BOOK"
    )
    closing = f"{1000 + total:.2f}"
    return Camt(closing=closing, entries=tuple(map(str, entries)), **facts).write()


def advice(*entries):
    return Camt(kind="054", entries=tuple(map(str, entries))).write()


ONCE = {
    "the same file": ([statement(A), statement(A)], [1000]),
    "an overlapping one": ([statement(A), statement(A, B)], [1000, 2000]),
    "an advice, then the statement": ([advice(A), statement(A, B)], [1000, 2000]),
    "a statement, then an advice": ([statement(A, B), advice(B)], [1000, 2000]),
    "an advice that says more": ([advice(FULL), statement(A)], [1000]),
    "an advice of the parts": ([advice(BATCH), statement(SUM)], [300, 700]),
    "a statement of the sum, then its parts": ([statement(SUM), advice(BATCH)], [1000]),
    "pending, then booked": (
        [statement(Ntry("10.00", status="PDNG", bank="A1")), statement(A)],
        [1000],
    ),
    "pending, then gone": ([statement(Ntry("10.00", status="PDNG"))], []),
    "two equal ones in a file": ([statement(EQUAL, EQUAL)], [1000, 1000]),
    "two equal ones, and again": ([statement(EQUAL, EQUAL)] * 2, [1000, 1000]),
    "a third equal one later": (
        [statement(EQUAL, EQUAL), statement(EQUAL, EQUAL, EQUAL)],
        [1000, 1000, 1000],
    ),
    "without the bank's reference": ([advice(NO_REF), statement(NO_REF)], [1000]),
    "one reference on two days": (
        [statement(A), statement(Ntry("10.00", bank="A1", day="2026-11-28"))],
        [1000, 1000],
    ),
    "one reference for two amounts": (
        [statement(A), statement(Ntry("20.00", bank="A1"))],
        [1000, 2000],
    ),
    "an advice that lacks the bank's reference": (
        [advice(NO_REF), statement(Ntry("10.00", bank="B7", txs=NO_REF.txs))] * 2,
        [1000],
    ),
    "an advice that lacks the end-to-end id": (
        [
            advice(Ntry("10.00", bank="", txs=(Tx(amount="10.00", text="Hello"),))),
            statement(
                Ntry("10.00", bank="", txs=(Tx(amount="10.00", end_to_end="E1", text="Hello"),))
            ),
        ] * 2,
        [1000],
    ),
    "an advice of one of two that are nearly equal": (
        [advice(NO_REF), statement(*[Ntry("10.00", bank=b, txs=NO_REF.txs) for b in "BC"])] * 2,
        [1000, 1000],
    ),
    "an advice that has nothing in common but the amount": (
        [
            advice(Ntry("10.00", bank="", txs=(Tx(amount="10.00", text="Hello"),))),
            statement(Ntry("10.00", bank="B7", txs=(Tx(amount="10.00", text="Other"),))),
        ],
        [1000, 1000],
    ),
    "NONREF is no reference": (
        [statement(Ntry("1.00", bank="NONREF", txs=(Tx(text="x"),)),
                   Ntry("1.00", bank="NONREF", txs=(Tx(text="y"),)))],
        [100, 100],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "amounts"), ONCE.values(), ids=ONCE)
def test_each_amount_counts_once(files, amounts):
    for content in files:
        assert bring(content).status == "read"

    assert list_amounts() == amounts
    assert balance_of("safeguard") == sum(amounts)
    assert balance_of("suspense") == sum(amounts)
    assert Break.objects.count() == len(amounts)
    assert bank.list_broken() == []


def test_mt940_and_its_own_repetition_count_once():
    move = ":61:2611271127C10,00NTRFX//B1"
    later = ":61:2611281128D4,00NTRFY//B2"
    bring(mt940(move, closing="C261127EUR1010,00"), name="a.sta")
    bring(
        mt940(move, later, closing="C261128EUR1006,00"),
        name="b.sta",
    )

    assert list_amounts() == [-400, 1000]
    assert balance_of("suspense") == 600
    assert bank.list_broken() == []


def test_equal_payments_on_two_pages_of_a_statement_are_two():
    move = ":61:2611271127C10,00NTRFX"
    first = mt940(move, closing="C261127EUR1010,00").replace(b":62F:", b":62M:")
    second = mt940(move, opening="C261127EUR1010,00", closing="C261127EUR1020,00").replace(
        b":60F:", b":60M:"
    )
    whole = mt940(move, move, closing="C261127EUR1020,00")

    bring(first + second, name="pages.sta")
    assert list_amounts() == [1000, 1000]

    bring(whole, name="whole.sta")
    assert list_amounts() == [1000, 1000]
    assert bank.list_broken() == []


def test_csv_by_its_mapping_counts_once(account):
    mapping = CsvMapping.objects.create(
        account=account, name="m", booked_on="Day", amount="Amount", remittance="Text"
    )
    text = "Day;Amount;Text\n27.11.2026;10,00;a\n27.11.2026;-3,00;b\n"
    for content in (text, text + "28.11.2026;1,00;c\n"):
        assert bring(content.encode(), name="x.csv", mapping=mapping).status == "read"

    assert list_amounts() == [-300, 100, 1000]


def test_a_statement_confirms_what_an_advice_brought():
    bring(advice(A))
    assert not Entry.objects.get().is_stated

    bring(statement(A))

    assert Entry.objects.get().is_stated
    assert list(Statement.objects.values_list("known_count", flat=True)) == [0, 1]


REFUSED = {
    "half a file": (statement(A)[:-40], "line"),
    "an empty file": (b"", "empty"),
    "something else": (b"PK\x03\x04 a spreadsheet", "neither"),
    "another bank's account": (
        Camt(iban="DE02120300000000202051").write(),
        "which is none of ours",
    ),
    "another currency": (
        Camt(currency="USD").write(),
        "in USD, but the account in EUR",
    ),
    "an advice that names no currency, in another one": (
        Camt(kind="054", currency="", entries=(str(Ntry(currency="USD")),)).write(),
        "in USD, but the account in EUR",
    ),
    "an advice in two currencies": (
        Camt(kind="054", currency="", entries=(str(A), str(Ntry(currency="USD")))).write(),
        "the entry is in USD",
    ),
    "a balance that does not add up": (
        Camt(closing="1011.00", entries=(str(A),)).write(),
        "closes with",
    ),
    "an entity": (
        Camt(prolog='<!DOCTYPE D [<!ENTITY a "x">]>', entries=(str(A),)).write(),
        "document type",
    ),
    "a wrong entry behind good ones": (
        Camt(entries=(str(A), str(B), str(Ntry(amount="1.001")))).write(),
        "Ntry/Amt",
    ),
    "half an MT940": (mt940().partition(b":62F:")[0], ":62F:"),
    "an MT940 of another account": (mt940(account="12345678/99"), "none of ours"),
    "an MT940 that does not add up": (
        mt940(":61:2611271127C10,00NTRFX//B1"),
        "closes with",
    ),
}


@pytest.mark.parametrize(("content", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_enters_and_books_nothing(content, words, nothing_moved):
    file = bring(content, name="of-monday.xml")

    assert file.status == "refused"
    assert file.refusal.startswith("of-monday.xml")
    assert words in file.refusal
    assert not Entry.objects.exists()
    assert not Statement.objects.exists()
    assert nothing_moved()


def test_a_refused_file_is_read_again_once_what_was_missing_is_there():
    content = Camt(iban="DE02120300000000202051", currency="GBP", opening="0",
                   closing="0").write()  # fmt: skip
    assert bring(content).status == "refused"
    BankAccount.objects.create(
        iban="DE02120300000000202051", holder="Us", town="Köln", country="DE", currency="GBP"
    )

    assert bring(content).status == "read"
    assert BankFile.objects.count() == 1


ACCOUNTS = [
    "DE89370400440532013000",
    "DE89370400440532013000EUR",
    "COBADEFFXXX/DE89370400440532013000",
    "37040044/0532013000",
    "37040044/532013000EUR",
    "COBADEFFXXX/0532013000",
    "0532013000",
]


@pytest.mark.parametrize("name", ACCOUNTS)
def test_mt940_names_our_account_in_many_ways(name):
    assert bring(mt940(account=name)).status == "read"


STEPS = [
    (imports, "find_account_of"),
    (imports, "Statement"),
    (booking, "post_transfers"),
    (booking, "suggest_accounts"),
    (top_ups, "tell_accounts"),
]


@pytest.mark.parametrize(
    ("module", "name"), STEPS, ids=lambda step: getattr(step, "__name__", step)
)
def test_killed_at_any_step_it_is_repeated_and_counts_once(
    monkeypatch, module, name, customer, expected
):
    before = read_balance(customer.wallet.account_id)
    tx = Tx(amount="25.00", reference=expected.reference)
    inbox.keep_upload(statement(A, Ntry("25.00", txs=(tx,))), name="a.xml", by=bank.make_user())

    class Killed(BaseException):
        pass

    class Dying:
        def __getattr__(self, _):
            raise Killed

        def __call__(self, *_, **__):
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(module, name, Dying())
        with pytest.raises(Killed):
            sweep()
    sweep()
    sweep()

    assert list_amounts() == [1000, 2500]
    assert read_balance(customer.wallet.account_id) == before + 2500
    assert balance_of("suspense") == 1000


def test_too_large_an_upload_is_refused_and_kept_nowhere():
    with pytest.raises(FileTooLarge, match="12 MB"):
        inbox.keep_upload(b"x" * (12 * 2**20 + 1), name="big", by=bank.make_user())

    assert not BankFile.objects.exists()


def test_the_folder_s_files_are_read_and_left_there(tmp_path, settings):
    settings.BANK_INBOX = str(tmp_path)
    (tmp_path / "a.xml").write_bytes(statement(A))
    (tmp_path / "b.xml").write_bytes(statement(A))
    (tmp_path / ".c.xml.part").write_bytes(statement(B))
    for _ in range(2):
        inbox.note_new_files()
        imports.read_waiting_files()
        booking.book_entries()

    assert list_amounts() == [1000]
    assert BankFile.objects.get().status == "read"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".c.xml.part",
        "a.xml",
        "b.xml",
    ]


def test_a_folder_s_name_leads_nowhere_else(tmp_path, settings):
    settings.BANK_INBOX = str(tmp_path / "inbox")
    (tmp_path / "secret.xml").write_bytes(statement(A))
    file = BankFile.objects.create(name="../secret.xml", sha256="x", size=1)

    imports.read_waiting_files()

    file.refresh_from_db()
    assert "no longer in the folder" in file.refusal


def test_an_advice_in_another_currency_than_the_account_is_refused():
    content = Camt(kind="054", entries=(str(A),)).write()
    unnamed = content.replace(b"<Ccy>EUR</Ccy>", b"")

    refused = bring(unnamed.replace(b'Ccy="EUR"', b'Ccy="USD"'))
    read = bring(unnamed)

    assert (refused.status, read.status) == ("refused", "read")
    assert "USD" in refused.refusal
    assert list_amounts() == [1000]
