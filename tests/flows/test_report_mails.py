"""Reports by mail: once for each day, week or month, with its sums, until one tap ends them."""

from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from merchants import report_mails, tasks
from merchants.models import Every, MailedReport, Merchant, ReportMail, Role, StaffMember
from merchants.queries import find_shop_day
from merchants.report_mails import find_period, make_token
from relay.letters import send_due_letters
from relay.models import Letter
from tests import factories
from tests.flows.steps import open_dashboard
from tests.owners import as_owner

pytestmark = pytest.mark.django_db
PAGE = "/dashboard/reports/mail/"


@pytest.fixture
def person(shop):
    return factories.hire_person(shop, role=Role.ACCOUNTANT)


@pytest.fixture
def browser(person):
    return open_dashboard(person)


def ask(browser, **wish):
    form = browser.get(PAGE).context["form"]
    typed = {"made_id": form["made_id"].value(), "by": "till", "every": "day"} | wish
    assert browser.post(PAGE, typed).status_code == 302
    return typed


def let_days_pass(monkeypatch, person, days):
    """Move the day of the shop, for what sends reports."""
    today = find_shop_day(person.merchant.time_zone) + timedelta(days=days)
    monkeypatch.setattr(report_mails, "find_shop_day", lambda _zone: today)


def read_mails():
    send_due_letters()
    return [(sent.to[0], sent.subject, str(sent.body)) for sent in mail.outbox]


def test_a_day_that_is_over_comes_once_with_its_sums(
    shop, customer, person, browser, monkeypatch
):
    charge = factories.sell(shop, customer, amount_minor=1000)
    factories.refund(shop, charge, amount_minor=250)
    today = find_shop_day(shop.merchant.time_zone)
    ask(browser)
    tasks.send_reports()
    assert read_mails() == []

    let_days_pass(monkeypatch, person, 1)
    tasks.send_reports()
    tasks.send_reports()

    [(address, subject, text)] = read_mails()
    assert address == person.user.email
    assert shop.merchant.name in subject
    for line in ("Gross: €10.00", "Refunds: -€2.50", "Fee: -€0.06", "Net: €7.44"):
        assert line.replace("-", "\N{MINUS SIGN}") in text, text
    report, end = (word for word in text.split() if word.startswith("http"))
    assert report.endswith(f"?by=till&since={today}&until={today}")
    assert browser.get(report).context["reports"][0].total.net_minor == 744
    let_days_pass(monkeypatch, person, 2)
    tasks.send_reports()
    assert "No sale and no refund in these days." in read_mails()[1][2]
    assert urlsplit(end).path.startswith("/dashboard/report-mail/")


def test_one_tap_on_the_link_s_page_ends_them(person, browser, monkeypatch):
    ask(browser)
    row = ReportMail.objects.get()
    link, stranger = f"/dashboard/report-mail/{make_token(row)}/", Client()

    # Programs that read mails open links.
    assert "Send me no more of these" in stranger.get(link).content.decode()
    row.refresh_from_db()
    assert row.ended_at is None
    for _ in range(2):
        assert "No more of these mails" in stranger.post(link).content.decode()
    let_days_pass(monkeypatch, person, 40)
    tasks.send_reports()

    assert Letter.objects.count() == 0
    assert browser.get(PAGE).context["mails"] == []
    for token in (f"{row.id}:forged", "x", make_token(ReportMail())):
        assert stranger.get(f"/dashboard/report-mail/{token}/").status_code == 410


def test_what_is_ended_before_it_goes_out_does_not(person, browser, monkeypatch):
    ask(browser)
    let_days_pass(monkeypatch, person, 1)
    tasks.send_reports()
    row = ReportMail.objects.get()
    other = open_dashboard(factories.hire_person(factories.open_shop(), role=Role.OWNER))
    other.post(f"{PAGE}end/", {"mail": row.public_id})
    row.refresh_from_db()
    assert row.ended_at is None

    browser.post(f"{PAGE}end/", {"mail": row.public_id})
    browser.post(f"{PAGE}end/", {"mail": row.public_id})

    assert read_mails() == []


def test_asked_for_twice_it_comes_once(person, browser, monkeypatch):
    typed = ask(browser)
    browser.post(PAGE, typed)
    ask(browser)
    ask(browser, every="week")
    assert ReportMail.objects.count() == 2
    assert browser.post(PAGE, typed | {"every": "month"}).status_code == 409
    assert browser.post(PAGE, typed | {"every": "year"}).status_code == 422

    let_days_pass(monkeypatch, person, 1)
    tasks.send_reports()
    assert MailedReport.objects.filter(mail__every=Every.DAY).count() == 1


def test_somebody_who_left_gets_no_more(person, browser, monkeypatch):
    ask(browser)
    let_days_pass(monkeypatch, person, 1)
    tasks.send_reports()
    StaffMember.objects.filter(pk=person.pk).update(role=Role.CASHIER)

    assert read_mails() == []
    let_days_pass(monkeypatch, person, 2)
    tasks.send_reports()

    assert ReportMail.objects.get().ended_at is not None
    assert MailedReport.objects.count() == 1


def test_a_fault_of_one_keeps_no_other(shop, person, browser, monkeypatch, caplog):
    ask(browser)
    other = factories.hire_person(factories.open_shop(), role=Role.OWNER)
    ask(open_dashboard(other))
    first = ReportMail.objects.earliest("id")
    with as_owner():
        ReportMail.objects.update(begins_on=date(2026, 1, 1))
        # As a zone that a newer server does not know any more.
        Merchant.objects.filter(pk=shop.merchant.pk).update(time_zone="Mars/Olympus")

    tasks.send_reports()

    assert MailedReport.objects.get().mail.staff == other
    assert first.public_id in caplog.text


def test_a_letter_shares_no_sale_among_its_items(shop, customer, person, browser, monkeypatch):
    factories.sell(shop, customer, amount_minor=1000)
    ask(browser, by="item")
    let_days_pass(monkeypatch, person, 1)
    tasks.send_reports()

    with CaptureQueriesContext(connection) as queries:
        [(_, _, text)] = read_mails()

    assert "Gross: €10.00" in text
    assert "?by=item&" in text
    assert not [each for each in queries if "pos_chargeline" in each["sql"]]


def test_after_days_without_a_worker_only_the_last_one_comes(person, browser, monkeypatch):
    ask(browser)
    let_days_pass(monkeypatch, person, 9)
    tasks.send_reports()

    assert MailedReport.objects.count() == 1
    today = find_shop_day(person.merchant.time_zone)
    assert MailedReport.objects.get().first_day == today + timedelta(days=8)


@pytest.mark.parametrize(
    ("every", "today", "period"),
    [
        (Every.DAY, date(2026, 3, 1), (date(2026, 2, 28), date(2026, 2, 28))),
        (Every.WEEK, date(2026, 11, 30), (date(2026, 11, 23), date(2026, 11, 29))),
        (Every.WEEK, date(2026, 11, 29), (date(2026, 11, 16), date(2026, 11, 22))),
        (Every.MONTH, date(2026, 1, 31), (date(2025, 12, 1), date(2025, 12, 31))),
        (Every.MONTH, date(2024, 3, 1), (date(2024, 2, 1), date(2024, 2, 29))),
    ],
)
def test_what_is_reported_is_the_last_whole_one(every, today, period):
    assert find_period(every, today) == period
