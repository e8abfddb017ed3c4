"""One faulty file, report or order keeps no other from being read, sent or booked."""

import os

import pytest
from django.utils import timezone

from banking import booking, imports, inbox, reports
from banking.dispatch import carry_out_answers, note_answer, send_due_files
from banking.models import (
    AnswerStatus,
    BankFile,
    Break,
    CsvMapping,
    Entry,
    Order,
    OrderAnswer,
    Report,
)
from banking.orders import book_order
from banking.runs import hand_over
from ledger.models import Account
from ledger.queries import read_balance
from tests.banking import bank
from tests.banking.samples import Camt, Ntry
from tests.banking.test_reports import write

pytestmark = pytest.mark.django_db
CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
GOOD = Camt(closing="1010.00", entries=(str(Ntry("10.00", bank="A1")),)).write()


@pytest.fixture(autouse=True)
def account(db):
    return bank.find_account()


@pytest.fixture
def folder(settings, tmp_path):
    settings.BANK_INBOX = str(tmp_path)
    return tmp_path


def keep(content, *, mapping=None):
    return inbox.keep_upload(content, name="x", by=bank.make_user(), mapping=mapping)


def sweep():
    inbox.note_new_files()
    imports.read_waiting_files()
    booking.book_entries()


def close_account(account_id):
    Account.objects.filter(pk=account_id).update(closed_at=timezone.now())


def test_a_letter_that_no_text_can_hold_refuses_its_file_alone(account):
    mapping = CsvMapping.objects.create(
        account=account, name="m", booked_on="Date", amount="Amount", remittance="Text"
    )
    bad = keep(b"Date;Amount;Text\n30.11.2026;5,00;a\0b\n", mapping=mapping)
    good = keep(GOOD)

    sweep()

    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.status, good.status) == ("refused", "read")
    assert [entry.amount_minor for entry in Entry.objects.all()] == [1000]


@pytest.mark.parametrize("root", ["Ntry", "Stmt"])
def test_a_root_that_is_no_document_refuses_its_file_alone(root):
    bad = keep(f'<{root} xmlns="{CAMT}"><Amt Ccy="EUR">1</Amt></{root}>'.encode())
    good = keep(GOOD)

    sweep()

    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.status, good.status) == ("refused", "read")


@pytest.mark.parametrize("encoding", ["GB2312", "klingon"])
def test_an_encoding_of_no_bank_refuses_its_file_alone(folder, encoding):
    (folder / "a.xml").write_bytes(f'<?xml version="1.0" encoding="{encoding}"?><a/>'.encode())
    (folder / "b.xml").write_bytes(GOOD)

    sweep()

    assert dict(BankFile.objects.values_list("name", "status")) == {
        "a.xml": "refused",
        "b.xml": "read",
    }


def test_a_file_s_name_in_no_letters_keeps_no_other_from_being_read(folder, caplog):
    (folder / os.fsdecode(b"\xff.xml")).write_bytes(b"<a/>")
    (folder / "a.xml").write_bytes(GOOD)
    (folder / "\u00ff.xml").write_bytes(GOOD + b"\n")

    sweep()

    assert sorted(BankFile.objects.values_list("name", "status")) == [
        ("a.xml", "read"),
        ("\u00ff.xml", "read"),
    ]
    assert "was not noted" in caplog.text


def test_a_report_larger_than_any_is_refused_before_it_is_read(folder, monkeypatch):
    monkeypatch.setattr(inbox, "SIZE_MAX", 1000)
    monkeypatch.setattr(reports, "SIZE_MAX", 1000)
    bank.make_order()
    content = write(bank.release(), group="ACCP")
    (folder / "r.xml").write_bytes(content + b" " * 5000)

    sweep()

    [file] = BankFile.objects.all()
    assert (file.status, file.size) == ("refused", len(content) + 5000)
    assert not Report.objects.exists()


def test_a_return_to_a_closed_wallet_waits_for_somebody_and_others_are_booked(customer):
    order, other = bank.redeem(customer), bank.make_order(700)
    bank.send()
    for each in (order, other):
        bank.enter(each, -each.amount_minor)
    booking.book_entries()
    close_account(customer.wallet.account_id)
    bank.enter(order, 1000, reason_code="AC04")
    bank.enter(other, 700, reason_code="AC04")

    booking.book_entries()

    statuses = {each.pk: each.status for each in Order.objects.all()}
    assert (statuses[order.pk], statuses[other.pk]) == ("booked", "returned")
    [row] = Break.objects.all()
    assert (row.amount_minor, row.reason) == (1000, "late")
    assert bank.list_broken() == []


def test_an_entry_that_the_ledger_refuses_keeps_no_other_from_being_booked(caplog):
    """Its id was used for a transfer of something else."""
    order = bank.make_sent_order(700)
    stuck = bank.enter(order, -700)
    book_order(order, stuck)
    keep(GOOD)

    sweep()

    [left] = Entry.objects.filter(posted_at=None)
    assert (left, Break.objects.get().amount_minor) == (stuck, 1000)
    assert "was not booked" in caplog.text


def test_an_order_whose_wallet_closed_keeps_no_other_answer_waiting(customer):
    order, other = bank.redeem(customer), bank.make_order(700)
    bank.send()
    close_account(customer.wallet.account_id)
    for each in (order, other):
        note_answer(each, AnswerStatus.REFUSED, by=bank.make_user())

    carry_out_answers()

    statuses = {each.pk: each.status for each in Order.objects.all()}
    assert (statuses[order.pk], statuses[other.pk]) == ("sent", "refused")
    assert OrderAnswer.objects.get(carried_out_at=None).order == order


def test_a_report_about_a_closed_wallet_keeps_no_other_report_unread(customer):
    order = bank.redeem(customer)
    files = [bank.send()]
    other = bank.make_order(700)
    files.append(bank.send())
    close_account(customer.wallet.account_id)
    for file in files:
        reports.keep_report(write(file, group="RJCT"), file_name="r.xml", by=None)

    reports.read_unread()

    statuses = {each.pk: each.status for each in Order.objects.all()}
    assert (statuses[order.pk], statuses[other.pk]) == ("sent", "refused")
    first, second = Report.objects.order_by("id")
    assert ("credit_account_closed" in first.refusal, second.refusal) == (True, "")


def test_a_run_that_cannot_leave_keeps_no_other_from_leaving(customer):
    bank.redeem(customer)
    stuck = bank.release()
    bank.make_order(700)
    free = bank.release()
    close_account(customer.wallet.account_id)
    for file in (stuck, free):
        hand_over(file, by=bank.make_user())

    send_due_files()

    stuck.refresh_from_db()
    free.refresh_from_db()
    assert (stuck.status, free.status) == ("released", "sent")
    assert read_balance(customer.wallet.account_id) > 0
