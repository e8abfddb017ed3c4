"""Payment files: as banks take them, the same to the byte, and refused before they would be."""

import hashlib
import re
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from django.utils import timezone
from lxml import etree

from banking.characters import are_same_letters, write_plain
from banking.dispatch import send_due_files
from banking.errors import (
    FileDiffers,
    FileUnwritable,
    IbanOutOfReach,
    IbanRefused,
    NothingToSend,
    OwnRun,
    RunElsewhere,
)
from banking.ibans import read_iban
from banking.models import BankAccount, Order, OrderStatus, PaymentFile
from banking.payees import Payee
from banking.payment_files import list_changes, write_file
from banking.runs import (
    can_release,
    cancel_run,
    find_second_person_sum,
    hand_over,
    make_run,
    release_run,
)
from identity.models import User
from identity.persons import are_one_person
from tests.banking import bank

pytestmark = pytest.mark.django_db

N = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}


def read_all(content, path):
    return [found.text for found in etree.fromstring(content).iterfind(path, N)]


def make_file(*amounts, **facts):
    for amount_minor in amounts or (1000,):
        bank.make_order(amount_minor, **facts)
    return make_run(
        bank.find_account(facts.get("currency", "EUR")),
        by=bank.make_user(),
        execute_on=bank.PAY_ON,
    )


def test_file_is_valid_and_adds_up():
    file = make_file(1, 123_456, 999_999_999_999)

    content = write_file(file)

    schema = files("sepaxml") / "schemas/pain.001.001.09.xsd"
    etree.XMLSchema(etree.fromstring(schema.read_bytes())).assertValid(
        etree.fromstring(content)
    )
    assert read_all(content, ".//p:InstdAmt") == ["0.01", "1234.56", "9999999999.99"]
    assert read_all(content, ".//p:CtrlSum") == ["10000001234.56"] * 2
    assert read_all(content, ".//p:NbOfTxs") == ["3", "3"]
    assert len(read_all(content, ".//p:PmtInf")) == 1
    assert read_all(content, ".//p:Dbtr//p:TwnNm") == ["Koln"]
    assert read_all(content, ".//p:Cdtr//p:Ctry") == ["IE"] * 3
    assert read_all(content, ".//p:AdrLine") == []
    ids = read_all(content, ".//p:EndToEndId")
    assert ids == [order.end_to_end_id for order in Order.objects.filter(file=file)]
    assert all(re.fullmatch("[A-Z0-9]{28}", text) for text in ids)


@pytest.mark.parametrize(
    ("currency", "written"), [("ISK", "1500"), ("JPY", "1500"), ("KWD", "1.500")]
)
def test_amounts_have_their_currency_s_own_decimals(currency, written):
    content = write_file(make_file(1500, currency=currency))

    assert read_all(content, ".//p:InstdAmt") == [written]
    assert read_all(content, ".//p:SvcLvl") == []


def test_file_written_again_is_the_same_to_the_byte():
    file = make_file(1000, 2000)

    first, second = write_file(file), write_file(PaymentFile.objects.get(pk=file.pk))

    assert first == second
    release_run(file, by=bank.make_user())
    assert file.sha256 == hashlib.sha256(first).hexdigest()
    assert write_file(file) == first
    assert read_all(first, ".//p:MsgId") == [file.message_id]


def test_run_that_is_released_late_is_paid_on_the_day_of_its_release():
    bank.make_order()
    file = make_run(bank.find_account(), by=None, execute_on=date(2026, 1, 5))

    release_run(file, by=bank.make_user())

    today = timezone.localdate()
    assert file.execute_on == today
    assert read_all(write_file(file), ".//p:ReqdExctnDt/p:Dt") == [today.isoformat()]


def test_file_that_would_differ_from_the_released_one_is_not_written():
    file = make_file()
    release_run(file, by=bank.make_user())
    BankAccount.objects.filter(pk=file.account_id).update(holder="Somebody Else")
    file = PaymentFile.objects.get(pk=file.pk)

    with pytest.raises(FileDiffers):
        write_file(file)


def test_payer_without_a_town_is_refused_although_the_schema_takes_it():
    file = make_file()
    file.account.town = ""

    with pytest.raises(FileUnwritable, match="town"):
        write_file(file)


def test_sums_that_are_not_the_orders_are_refused():
    file = make_file(1000)
    file.total_minor = 1001

    with pytest.raises(FileUnwritable):
        write_file(file)


LETTERS = [
    ("Straße", "Strasse", ""),
    ("Łukasz Żółw", "Lukasz Zolw", ""),
    ("Søren Ægir", "Soren AEgir", ""),
    ("Müller & Söhne", "Muller + Sohne", ""),
    ("Ελένη Παππά", "Eleni Pappa", ""),
    ("Щука", "Shtuka", ""),
    ("D’Arcy", "D'Arcy", ""),
    ("a_b@c", "a-b(at)c", ""),
    ("李 Wei", ". Wei", "李"),
    ("one\ttwo\nthree", "one two three", ""),
    ("Åse e\u0301", "Ase e", ""),
]


@pytest.mark.parametrize(("typed", "written", "lost"), LETTERS)
def test_letters_are_written_by_a_table_and_losses_are_known(typed, written, lost):
    plain = write_plain(typed)

    assert (plain.text, plain.lost) == (written, lost)
    assert re.fullmatch(r"[A-Za-z0-9/\-?:().,'+ ]*", plain.text)


def test_changes_are_shown_before_sending():
    payee = Payee(name="李 Wei", iban=bank.IBAN)
    orders = [bank.make_order(payee=payee), bank.make_order()]

    changes = list_changes(orders)

    assert [(change.order, change.written.text) for change in changes] == [(orders[0], ". Wei")]
    assert changes[0].written.lost == "李"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Jörg Müller", "MUELLER, Joerg", True),
        ("Jörg Müller", "Jorg Muller", True),
        ("Li Wei", "wei li", True),
        ("Seán O’Brien", "Sean O'Brien", True),
        ("李伟", "李伟", True),
        ("Li Wei", "Li Wang", False),
        ("Ana Silva", "Ana Maria Silva", False),
        ("", "", False),
    ],
)
def test_names_are_compared_by_their_letters(one, other, same):
    assert are_same_letters(one, other) is same


def test_ibans_are_read_as_typed_with_their_bank():
    read = read_iban("de89 3704 0044 0532 0130 00", currency="EUR")

    assert (read.iban, read.bic, read.bank_name) == (bank.IBAN, "COBADEFFXXX", "Commerzbank")
    assert read.grouped == "DE89 3704 0044 0532 0130 00"


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("DE88370400440532013000", IbanRefused),
        ("", IbanRefused),
        ("4111 1111 1111 1111", IbanRefused),
        ("BR1500000000000010932840814P2", IbanOutOfReach),
    ],
)
def test_what_is_no_iban_or_out_of_reach_is_refused(text, refusal):
    with pytest.raises(refusal):
        read_iban(text, currency="EUR")


# Examples of the registry, of countries that the library places outside SEPA.
@pytest.mark.parametrize(
    "text",
    [
        "AL47212110090000000235698741",
        "MD24AG000225100013104168",
        "ME25505000012345678951",
        "MK07250120000058984",
        "RS35260005601001611379",
    ],
)
def test_countries_that_joined_sepa_lately_are_reached(text):
    assert read_iban(text, currency="EUR").iban == text


def test_run_takes_what_waits_in_its_currency_once():
    bank.make_order(700, currency="SEK")
    file = make_file(1000, 500)

    assert (file.orders_count, file.total_minor) == (2, 1500)
    with pytest.raises(NothingToSend):
        make_run(file.account, by=None, execute_on=bank.PAY_ON)


def test_maker_of_a_large_run_does_not_release_it_nor_with_another_account(settings):
    settings.PAYOUT_SECOND_PERSON_MINOR = 1000
    maker = User.objects.create(name="Mary Nolan", email="mary@operator.test")
    other = User.objects.create(name="M. Nolan", email="mary+two@operator.test")
    bank.make_order(1001)
    file = make_run(bank.find_account(), by=maker, execute_on=bank.PAY_ON)

    for person in (maker, other):
        assert not can_release(file, person)
        with pytest.raises(OwnRun):
            release_run(file, by=person)
    file.refresh_from_db()
    assert file.status == "draft"

    release_run(file, by=bank.make_user("Sam Doyle"))
    assert file.status == "released"


@pytest.mark.parametrize(
    ("own", "sums"),
    [
        ({}, (1000, 1000)),
        ({"JPY": 5}, (1000, 5)),
        ({"": 7}, (7, 7)),
        ({"": 7, "JPY": 5}, (7, 5)),
    ],
)
def test_sum_for_one_person_is_the_currency_s_own_or_else_the_others(settings, own, sums):
    settings.PAYOUT_SECOND_PERSON_MINOR, settings.SECOND_PERSON_MINOR = 1000, own

    assert (find_second_person_sum("EUR"), find_second_person_sum("JPY")) == sums


def test_small_run_is_released_by_its_maker(settings):
    settings.PAYOUT_SECOND_PERSON_MINOR = 1000
    maker = bank.make_user()
    bank.make_order(1000)
    file = make_run(bank.find_account(), by=maker, execute_on=bank.PAY_ON)

    release_run(file, by=maker)

    assert file.status == "released"
    with pytest.raises(RunElsewhere):
        release_run(file, by=maker)


def test_released_run_waits_until_somebody_hands_it_over():
    order = bank.make_order()
    file = bank.release()

    send_due_files()
    order.refresh_from_db()
    assert order.status == OrderStatus.PENDING

    hand_over(file, by=bank.make_user())
    send_due_files()
    order.refresh_from_db()
    assert order.status == OrderStatus.SENT
    with pytest.raises(RunElsewhere):
        cancel_run(file)


def test_canceled_run_frees_its_orders_for_another():
    file = make_file(1000, 500)

    cancel_run(file)

    again = make_run(file.account, by=None, execute_on=bank.PAY_ON)
    assert (again.orders_count, again.message_id != file.message_id) == (2, True)
    with pytest.raises(RunElsewhere):
        release_run(file, by=bank.make_user())


def test_released_files_are_written_to_the_outbox_whole_and_once(settings, tmp_path):
    settings.BANK_OUTBOX = str(tmp_path)
    file = make_file(1000)
    release_run(file, by=bank.make_user())

    send_due_files()
    written = Path(tmp_path / f"{file.message_id}.xml").read_bytes()
    (tmp_path / f"{file.message_id}.xml").unlink()
    send_due_files()

    assert hashlib.sha256(written).hexdigest() == file.sha256
    assert list(tmp_path.iterdir()) == []
    file.refresh_from_db()
    assert file.status == "sent"
    assert file.dropped_at is not None


def test_file_of_a_crash_before_it_was_noted_is_written_again_the_same(settings, tmp_path):
    settings.BANK_OUTBOX = str(tmp_path)
    file = make_file(1000)
    release_run(file, by=bank.make_user())
    send_due_files()
    first = (tmp_path / f"{file.message_id}.xml").read_bytes()
    PaymentFile.objects.filter(pk=file.pk).update(dropped_at=None)

    send_due_files()

    assert (tmp_path / f"{file.message_id}.xml").read_bytes() == first
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("Mary", "m@x.test", None), ("Tom", "M+a@X.test".lower(), None), True),
        (("Mary", None, "+353871"), ("Tom", None, "+353872"), False),
        (("Mary Nolan", "a@x.test", None), ("nolan mary", "b@x.test", None), True),
        (("Mary", "a@x.test", None), ("Tom", "b@x.test", None), False),
    ],
)
def test_two_accounts_of_one_person_are_told(one, other, same):
    people = [
        User.objects.create(name=name, email=email, phone=phone)
        for name, email, phone in (one, other)
    ]

    assert are_one_person(*people) is same


def test_time_of_a_file_is_its_row_s_own():
    file = make_file()
    at = datetime(2026, 11, 30, 9, 5, 7, tzinfo=UTC)
    PaymentFile.objects.filter(pk=file.pk)
    file.created_at = at

    assert read_all(write_file(file), ".//p:CreDtTm") == ["2026-11-30T09:05:07Z"]
