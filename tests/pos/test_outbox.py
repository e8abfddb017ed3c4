"""How often the mail server is asked, counted at a real one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from foundation.outbox import Outbox
from pos.models import Receipt
from pos.receipts import issue_receipts, mail_receipt
from pos.tasks import issue_missing_receipts
from tests import factories
from tests.mail_server import run_mail_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def smtp(settings):
    """Send by SMTP to a server of the test's own."""

    def send_to(listener):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", listener.port

    return send_to


def test_many_mails_take_one_connection_and_none_takes_none(shop, customer, smtp):
    charges = [factories.sell(shop, customer) for _ in range(7)]
    with run_mail_server() as listener:
        smtp(listener)

        issue_missing_receipts()
        for charge in charges:
            issue_receipts([charge.id])
        issue_missing_receipts()

    assert listener.connections == [7]
    assert Receipt.objects.filter(mailed_at=None).count() == 0


def test_what_another_worker_leased_in_between_opens_no_connection(shop, customer, smtp):
    charge = factories.sell(shop, customer)
    with run_mail_server() as listener:
        smtp(listener)
        issue_receipts([charge.id])
        Receipt.objects.update(mailed_at=None, mail_leased_until=None)
        # The list of the unsent was read; then somebody else took the only one of them.
        unsent = Receipt.objects.filter(store=shop.store)
        stale = list(unsent.order_by("issued_at"))
        Receipt.objects.update(mail_leased_until=timezone.now() + timedelta(seconds=60))

        with Outbox() as outbox:
            for receipt in stale:
                mail_receipt(receipt.charge_id, outbox)

    assert listener.connections == [1]


def test_a_server_that_ends_a_used_connection_gets_the_rest_by_another(shop, customer, smtp):
    for _ in range(5):
        factories.sell(shop, customer)
    with run_mail_server(mails_each_max=2) as listener:
        smtp(listener)

        issue_missing_receipts()

    assert listener.connections == [2, 2, 1]
    assert Receipt.objects.filter(mailed_at=None).count() == 0
