"""The console's payouts: made, released, downloaded, handed over, asked about, and logged."""

import hashlib
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from banking.dispatch import carry_out_answers, send_due_files
from banking.models import Order, PaymentFile, Report
from banking.payees import Payee
from banking.reports import read_unread
from console.models import AuditEntry
from tests.banking import bank
from tests.banking.test_reports import write
from tests.broken import find_broken
from tests.flows.steps import make_operator, open_browser

pytestmark = pytest.mark.django_db
RUNS, REPORTS = "/console/runs/", "/console/reports/"


def open_console(name):
    user = make_operator(f"{name.split()[0].lower()}@operator.test", name=name)
    browser = open_browser()
    browser.force_login(user)
    return browser


@pytest.fixture
def aoife(db):
    bank.find_account()
    return open_console("Aoife Kelly")


@pytest.fixture
def eve(db):
    return open_console("Eve Walsh")


def make(browser, currency="EUR"):
    day = timezone.localdate()
    return browser.post(f"{RUNS}new/", {"currency": currency, "execute_on": day})


def make_run(browser):
    made = make(browser)
    return made["Location"], PaymentFile.objects.order_by("-id")[0]


def list_deeds():
    return list(AuditEntry.objects.order_by("id").values_list("deed", flat=True))


def test_a_run_goes_to_the_bank_by_hand(aoife):
    order = bank.make_order(1000)
    assert "1 order waits in EUR" in aoife.get(RUNS).content.decode()
    page, run = make_run(aoife)
    assert aoife.post(f"{page}file/").status_code == 409

    assert aoife.post(f"{page}release/").status_code == 302
    file = aoife.post(f"{page}file/")
    assert aoife.post(f"{page}sent/").status_code == 302
    send_due_files()

    run.refresh_from_db()
    order.refresh_from_db()
    assert (run.status, order.status) == ("sent", "sent")
    assert hashlib.sha256(file.content).hexdigest() == run.sha256
    assert file["Content-Disposition"] == f'attachment; filename="{run.message_id}.xml"'
    assert aoife.post(f"{page}file/").content == file.content
    assert list_deeds() == [
        "run.made",
        "run.released",
        "run.downloaded",
        "run.handed_over",
        "run.downloaded",
    ]
    log = aoife.get("/console/log/").content.decode()
    assert run.public_id in log
    assert "10.00 EUR" in log
    assert find_broken() == {}


def test_a_large_run_is_released_by_another_operator(aoife, eve, settings):
    settings.PAYOUT_SECOND_PERSON_MINOR = 999
    bank.make_order(1000)
    page, run = make_run(aoife)
    assert "Another operator releases it" in aoife.get(page).content.decode()

    refused = aoife.post(f"{page}release/")

    assert refused.status_code == 409
    assert "another person than the one who made it" in refused.content.decode()
    assert list_deeds() == ["run.made"]
    assert eve.post(f"{page}release/").status_code == 302
    assert eve.post(f"{page}release/").status_code == 409
    run.refresh_from_db()
    assert str(run.released_by) == "Eve Walsh"
    assert list_deeds() == ["run.made", "run.released"]


def test_letters_that_change_or_are_lost_are_shown_before_it_is_released(aoife):
    bank.make_order(payee=Payee(name="李 Müller", iban=bank.IBAN))
    page, _ = make_run(aoife)

    shown = aoife.get(page).content.decode()

    assert "1 text is written with other letters" in shown
    assert ". Muller" in shown
    aoife.post(f"{page}release/")
    assert "other letters" not in aoife.get(page).content.decode()


def test_a_canceled_run_is_over_and_its_orders_wait(aoife):
    bank.make_order()
    page, run = make_run(aoife)

    assert aoife.post(f"{page}cancel/").status_code == 302

    assert aoife.post(f"{page}release/").status_code == 409
    assert "1 order waits" in aoife.get(RUNS).content.decode()
    run.refresh_from_db()
    assert run.status == "canceled"


def test_whoever_downloaded_a_file_cancels_its_run_by_another_operator(aoife, eve):
    order = bank.make_order()
    page, run = make_run(aoife)
    aoife.post(f"{page}release/")
    aoife.post(f"{page}file/")

    refused = aoife.post(f"{page}cancel/")

    assert refused.status_code == 409
    assert "another operator" in refused.content.decode()
    run.refresh_from_db()
    assert run.status == "released"
    assert eve.post(f"{page}cancel/").status_code == 302
    assert aoife.post(f"{page}file/").status_code == 409
    order.refresh_from_db()
    assert (order.status, order.file) == ("pending", None)


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"execute_on": "yesterday"}, 422),
        ({}, 422),
        ({"execute_on": timezone.localdate() - timedelta(days=1), "currency": "EUR"}, 422),
        ({"execute_on": timezone.localdate(), "currency": "XXX"}, 409),
    ],
)
def test_what_makes_no_run_says_why(aoife, typed, status):
    bank.make_order()

    assert aoife.post(f"{RUNS}new/", typed).status_code == status

    assert not PaymentFile.objects.exists()
    assert list_deeds() == []


def test_nothing_that_waits_makes_no_run(aoife):
    assert make(aoife).status_code == 409
    assert list_deeds() == []


def test_orders_without_an_account_say_so(aoife):
    bank.make_order(currency="SEK")

    assert "no bank account in this currency" in aoife.get(RUNS).content.decode()


def test_an_unknown_order_is_asked_about_and_answered(aoife):
    order = bank.make_sent_order(1000)
    page = f"/console/orders/{order.public_id}/"

    aoife.post(f"{page}answer/", {"status": "unknown"})
    assert "Within seconds" in aoife.get(page).content.decode()
    carry_out_answers()

    assert "Unknown: ask the bank" in aoife.get(RUNS).content.decode()
    assert aoife.post(f"{page}answer/", {"status": "booked"}).status_code == 422
    refused = aoife.post(f"{page}answer/", {"status": "refused", "reason_code": "a!"})
    assert refused.status_code == 422
    aoife.post(f"{page}answer/", {"status": "refused", "reason_code": "ac04"})
    carry_out_answers()
    order.refresh_from_db()
    assert (order.status, order.reason_code) == ("refused", "AC04")
    assert "The account is closed. (AC04)" in aoife.get(page).content.decode()
    assert list_deeds() == ["order.answered"] * 2
    assert find_broken() == {}


def test_an_order_of_which_the_bank_says_nothing_for_days_needs_a_look(aoife):
    order = bank.make_sent_order()
    assert "Needs a look" not in aoife.get(RUNS).content.decode()

    Order.objects.filter(pk=order.pk).update(changed_at=timezone.now() - timedelta(days=6))

    assert "Needs a look" in aoife.get(RUNS).content.decode()


def test_an_order_that_has_not_left_is_canceled(aoife):
    order = bank.make_order()
    page = f"/console/orders/{order.public_id}/"

    assert aoife.post(f"{page}cancel/").status_code == 302

    order.refresh_from_db()
    assert order.status == "canceled"
    released = bank.make_order()
    bank.release()
    late = aoife.post(f"/console/orders/{released.public_id}/cancel/")
    assert late.status_code == 409
    assert list_deeds() == ["order.canceled"]


def upload(browser, content, name="report.xml"):
    return browser.post(REPORTS, {"file": SimpleUploadedFile(name, content)})


def test_an_uploaded_report_is_read_by_the_banker(aoife):
    order = bank.make_sent_order()
    assert order.file is not None
    content = write(order.file, group="ACCP")

    assert upload(aoife, content).status_code == 302
    assert "Read within seconds" in aoife.get(REPORTS).content.decode()
    read_unread()

    order.refresh_from_db()
    assert order.status == "accepted"
    assert "1 accepted, 0 refused" in aoife.get(REPORTS).content.decode()
    assert list_deeds() == ["report.uploaded"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<a/>", "report.xml: This is no payment status report"),
        (b"<a>", "Line 1"),
        (b"", "empty"),
    ],
)
def test_what_is_no_report_is_refused_beside_its_field(aoife, content, words):
    answer = upload(aoife, content)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Report.objects.exists()
    assert aoife.post(REPORTS).status_code == 422


@pytest.mark.parametrize("reference", ["x", "pf_00000000000000000000000000"])
def test_what_is_not_there_is_unknown(aoife, reference):
    assert aoife.get(f"{RUNS}{reference}/").status_code == 404
    assert aoife.get(f"/console/orders/{reference}/").status_code == 404


def test_order_that_was_replaced_needs_no_look(aoife):
    order = bank.make_sent_order()
    Order.objects.filter(pk=order.pk).update(status="unknown")
    assert "Needs a look" in aoife.get(RUNS).content.decode()
    note = aoife.post(f"/console/orders/{order.public_id}/answer/", {"status": "refused"})
    assert note.status_code == 302
    carry_out_answers()
    bank.make_order(subject=order.subject, follows_id=order.pk)

    assert "Needs a look" not in aoife.get(RUNS).content.decode()
