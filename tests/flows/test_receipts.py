"""Receipts: numbered without gaps, mailed once, found again when a job is lost."""

import logging
import smtplib
import socket
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.locmem import EmailBackend
from django.core.mail.message import sanitize_address
from django.utils import timezone

from pos.models import Charge, Receipt
from pos.receipts import issue_receipts, list_unissued
from pos.tasks import issue_missing_receipts
from tests import factories
from tests.conftest import Api
from tests.snapshots import nothing_changes

pytestmark = pytest.mark.django_db


def numbers(shop):
    receipts = Receipt.objects.filter(store=shop.store).order_by("issued_at")
    return list(receipts.values_list("number", flat=True))


def test_a_receipt_is_numbered_and_mailed_to_the_payer(shop, customer):
    charge = factories.sell(shop, customer)

    issue_receipts([charge.id])

    receipt = Receipt.objects.get()
    (message,) = mail.outbox
    assert (receipt.charge_id, receipt.number) == (charge.id, 1)
    assert receipt.email == customer.wallet.user.email
    assert receipt.mailed_at is not None
    assert message.to == [customer.wallet.user.email]
    assert message.subject == f"Receipt from {shop.store.name}: €4.80"
    assert message.extra_headers["Message-ID"] == f"<{charge.public_id}@pay.test>"


def test_the_mail_says_what_was_bought_in_text_and_html(till, phone, shop):
    item = factories.make_item(shop, name="Flat white & cake", price_minor=380)
    created = till.post("charges", {"lines": [{"item": item.public_id, "quantity": 2}]}).json()
    claim = phone.post("wallet/claims", {"payload": created["link"]}).json()
    paid = phone.post("wallet/payments", {"claim": claim["id"]}).json()

    issue_missing_receipts()

    (message,) = mail.outbox
    assert isinstance(message, EmailMultiAlternatives)
    html = str(message.alternatives[0][0])
    assert "2 x Flat white & cake  €7.60" in message.body
    assert paid["receipt"] in message.body
    assert "Flat white &amp; cake" in html
    assert paid["receipt"] in html


def test_the_mail_s_times_are_the_shop_s(customer):
    shop = factories.open_shop(time_zone="Asia/Tokyo")
    charge = factories.sell(shop, customer)

    issue_receipts([charge.id])

    local = timezone.localtime(charge.captured_at, ZoneInfo("Asia/Tokyo"))
    assert f"{local:%H:%M:%S} (Asia/Tokyo)" in mail.outbox[0].body


def test_a_task_delivered_three_times_mails_once(shop, customer):
    charge = factories.sell(shop, customer)

    for _ in range(3):
        issue_receipts([charge.id])

    assert numbers(shop) == [1]
    assert len(mail.outbox) == 1


def test_numbers_run_without_gap_in_each_store(shop, customer):
    other = factories.open_shop()
    for each in (shop, other, shop, shop, other):
        issue_receipts([factories.sell(each, customer).id])

    assert numbers(shop) == [1, 2, 3]
    assert numbers(other) == [1, 2]


def test_the_sweep_finds_what_a_lost_job_left(shop, customer):
    charges = [factories.sell(shop, customer) for _ in range(3)]

    issue_missing_receipts()
    issue_missing_receipts()

    issued = Receipt.objects.order_by("number").values_list("charge_id", flat=True)
    assert list(issued) == [charge.id for charge in charges]
    assert len(mail.outbox) == 3
    assert list_unissued() == []


def test_the_sweep_takes_only_so_many(shop, customer):
    charges = [factories.sell(shop, customer) for _ in range(3)]

    assert list_unissued(most=2) == [charge.id for charge in charges[:2]]


@pytest.mark.parametrize("status", ["open", "claimed", "canceled"])
def test_what_is_not_paid_gets_no_receipt(till, shop, customer, status):
    charge = factories.make_charge(shop)
    if status == "claimed":
        factories.claim(customer, charge)
    if status == "canceled":
        till.post(f"charges/{charge.public_id}/cancel")
    charge.refresh_from_db()

    with nothing_changes(charge):
        issue_receipts([charge.id])

    assert mail.outbox == []


def test_a_payer_without_address_gets_a_number_and_no_mail(shop):
    person = factories.open_customer()
    person.wallet.user.email = None
    person.wallet.user.save()
    charge = factories.sell(shop, person)

    issue_receipts([charge.id])

    assert Receipt.objects.get().number == 1
    assert mail.outbox == []
    assert list_unissued() == []


class FailingServer(EmailBackend):
    """A mail server that is away, or fails for one address and delivers to all others."""

    opened = 0
    away: Exception | None = None
    failures: dict[str, Exception] = {}

    def open(self):
        type(self).opened += 1
        if self.away:
            raise self.away

    def send_messages(self, messages):
        for failure in (self.failures.get(each) for each in messages[0].to):
            if failure:
                raise failure
        return super().send_messages(messages)


@pytest.fixture
def server(settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.FailingServer"
    monkeypatch.setattr(FailingServer, "opened", 0)
    monkeypatch.setattr(FailingServer, "away", None)
    monkeypatch.setattr(FailingServer, "failures", {})
    return FailingServer


class Strict(EmailBackend):
    """Reads the address as Django's SMTP backend does, and delivers to nobody."""

    def send_messages(self, messages):
        for address in messages[0].to:
            sanitize_address(address, "utf-8")
        return 0


def end_lease():
    Receipt.objects.update(mail_leased_until=timezone.now())


def read_lease(charge):
    receipt = Receipt.objects.get(charge=charge)
    assert receipt.mail_leased_until is not None
    left = receipt.mail_leased_until - timezone.now()
    return receipt.mail_tries, round(left.total_seconds() / 60)


REFUSED = smtplib.SMTPRecipientsRefused({})


@pytest.mark.parametrize(
    "failure", [REFUSED, smtplib.SMTPDataError(554, b"no"), ValueError("Invalid address")]
)
def test_a_mail_that_fails_stops_no_other(shop, customer, another, server, failure):
    server.failures[customer.wallet.user.email] = failure
    failing, fine = factories.sell(shop, customer), factories.sell(shop, another)

    issue_missing_receipts()

    assert numbers(shop) == [1, 2]
    assert [message.to for message in mail.outbox] == [[another.wallet.user.email]]
    assert Receipt.objects.get(charge=failing).mailed_at is None
    assert Receipt.objects.get(charge=fine).mailed_at is not None


def test_a_mail_that_failed_is_sent_by_a_sweep_when_its_lease_is_over(shop, customer, server):
    server.failures[customer.wallet.user.email] = REFUSED
    charge = factories.sell(shop, customer)
    issue_receipts([charge.id])
    server.failures.clear()
    at_once = list_unissued()
    end_lease()

    issue_missing_receipts()

    assert at_once == []
    assert len(mail.outbox) == 1
    assert numbers(shop) == [1]


def test_a_stored_address_that_is_none_is_logged_without_it(shop, customer, caplog, settings):
    caplog.set_level(logging.WARNING)
    settings.EMAIL_BACKEND = f"{__name__}.Strict"
    charge = factories.sell(shop, customer)
    Charge.objects.update(payer_email="li wei@example.org <")

    issue_missing_receipts()

    assert caplog.messages == [f"Receipt {charge.id} was not mailed: ValueError"]
    assert "example.org" not in caplog.text
    assert Receipt.objects.get().mailed_at is None


def test_a_refused_mail_waits_twice_as_long_each_time_up_to_a_day(shop, customer, server):
    server.failures[customer.wallet.user.email] = REFUSED
    charge = factories.sell(shop, customer)
    leases = []
    for tries in (0, 1, 2, 9):
        issue_receipts([charge.id])
        Receipt.objects.filter(mail_tries__lt=tries).update(mail_tries=tries)
        end_lease()
        issue_receipts([charge.id])
        leases.append(read_lease(charge))
        end_lease()

    assert leases == [(2, 2), (4, 8), (6, 32), (10, 512)]


def test_a_mail_that_is_refused_ten_times_is_given_up(shop, customer, server, caplog):
    server.failures[customer.wallet.user.email] = REFUSED
    charge = factories.sell(shop, customer)
    for _ in range(12):
        issue_missing_receipts()
        end_lease()

    given_up = f"Receipt {charge.id} is given up after 10 tries"
    assert [each for each in caplog.messages if "given up" in each] == [given_up]
    assert Receipt.objects.get().mail_tries == 10
    assert list_unissued() == []


@pytest.mark.parametrize(
    "away",
    [
        ConnectionRefusedError(),
        TimeoutError(),
        socket.gaierror(),
        smtplib.SMTPServerDisconnected(),
        smtplib.SMTPConnectError(421, b"busy"),
    ],
)
def test_a_server_that_is_away_is_asked_once_a_minute(shop, customer, another, server, away):
    server.away = away
    charges = [factories.sell(shop, each) for each in (customer, another, customer)]

    issue_receipts([charges[0].id])
    issue_missing_receipts()

    assert server.opened == 1
    assert numbers(shop) == [1, 2, 3]
    assert set(Receipt.objects.values_list("mail_tries", flat=True)) == {0}

    server.away = None
    end_lease()
    issue_missing_receipts()

    assert len(mail.outbox) == 3


def test_a_mail_that_breaks_the_connection_waits_and_the_rest_goes_out(
    shop, customer, another, server
):
    server.failures[customer.wallet.user.email] = smtplib.SMTPServerDisconnected()
    breaking, fine = factories.sell(shop, customer), factories.sell(shop, another)

    issue_missing_receipts()
    after_first = len(mail.outbox)
    issue_missing_receipts()

    assert after_first == 0
    assert [message.to for message in mail.outbox] == [[another.wallet.user.email]]
    assert read_lease(breaking) == (1, 1)
    assert Receipt.objects.get(charge=fine).mailed_at is not None


def test_the_till_learns_the_receipt_s_number(till, shop, customer):
    charge = factories.sell(shop, customer)
    before = till.get(f"charges/{charge.public_id}").json()
    issue_receipts([charge.id])

    after = till.get(f"charges/{charge.public_id}").json()

    assert (before["receipt_number"], after["receipt_number"]) == (None, "00001")
    assert before["receipt"] == after["receipt"]


def test_a_sale_by_the_server_gets_one_too(shop, phone):
    server = Api(shop.key)
    body = {"amount": {"amount_minor": 480, "currency": "EUR"}}
    created = server.post("charges", body).json()
    claim = phone.post("wallet/claims", {"payload": created["short_code"]}).json()
    phone.post("wallet/payments", {"claim": claim["id"]})

    issue_missing_receipts()

    assert server.get(f"charges/{created['id']}").json()["receipt_number"] == "00001"


def test_nobody_mails_what_another_worker_is_mailing(shop, customer):
    charge = factories.sell(shop, customer)
    factories.sell(shop, customer)
    issue_receipts([charge.id])
    leased = timezone.now() + timedelta(seconds=60)
    Receipt.objects.update(mailed_at=None, mail_leased_until=leased)
    mail.outbox.clear()

    issue_receipts([charge.id])

    assert mail.outbox == []
    assert Receipt.objects.get().mailed_at is None


def test_what_a_dead_worker_left_is_mailed_when_its_minute_is_over(shop, customer):
    charge = factories.sell(shop, customer)
    issue_receipts([charge.id])
    over = timezone.now() - timedelta(seconds=1)
    Receipt.objects.update(mailed_at=None, mail_leased_until=over)

    issue_missing_receipts()

    first, again = mail.outbox
    assert first.extra_headers["Message-ID"] == again.extra_headers["Message-ID"]
